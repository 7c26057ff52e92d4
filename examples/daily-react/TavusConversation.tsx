"use client"

import React, { useEffect, useRef, useState } from 'react';


const TavusConversation = () => {
  const [message, setMessage] = useState('');
  const callRef = useRef(null);
  const containerRef = useRef(null);


  useEffect(() => {
    const loadDaily = async () => {
      const DailyIframe = (await import('@daily-co/daily-js')).default;


      callRef.current = DailyIframe.createFrame({
        iframeStyle: {
          width: '100%',
          height: '500px',
          border: '0',
        }
      });


      if (containerRef.current) {
        containerRef.current.appendChild(callRef.current.iframe());
      }


      callRef.current.on('app-message', (event) => {
        console.log('app-message received:', event);
      });


      callRef.current.join({
        url: 'YOUR_CONVERSATION_URL',
      });
    };


    loadDaily();


    return () => {
      if (callRef.current) {
        callRef.current.leave();
        callRef.current.destroy();
      }
    };
  }, []);


  const sendAppMessage = () => {
    if (!message || !callRef.current) return;


    const interaction = {
      message_type: 'conversation',
      event_type: 'conversation.echo',
      conversation_id: 'YOUR_CONVERSATION_ID',
      properties: { text: message }
    };


    callRef.current.sendAppMessage(interaction, '*');
    setMessage('');
  };


  return (
    <div className="w-full h-full flex flex-col items-center">
      <div ref={containerRef} className="w-full mb-4" />
      <div>
        <input
          type="text"
          className="border p-2 mr-2"
          value={message}
          onChange={(e) => setMessage(e.target.value)}
          placeholder="Type a message"
        />
        <button onClick={sendAppMessage} className="bg-blue-500 text-white px-4 py-2 rounded">
          Send Message
        </button>
      </div>
    </div>
  );
};


export default TavusConversation;
