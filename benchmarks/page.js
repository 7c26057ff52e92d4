// Runs in the page before its own scripts: keeps a stopwatch on the call, whatever the page is made of.
// Times are Unix milliseconds, so that they compare with those of other programs on this machine.
(() => {
  const AUDIBLE = 0.01; // amplitude, as in benchmarks/sound.py
  const now = () => performance.timeOrigin + performance.now();
  const bench = (window.__bench = {
    clickedAt: null,
    firstPictureAt: null,
    pictures: 0,
    events: [],
    spans: [],
    chunks: 0,
    app: null,
    connection: null,
    now,
    say(eventType, properties) {
      const at = now();
      const data = { message_type: 'conversation', event_type: eventType, properties };
      bench.app.send(JSON.stringify({ to: '*', data }));
      return at;
    },
  });

  document.addEventListener(
    'click',
    (event) => {
      if (event.target.closest('[data-testid=join]')) bench.clickedAt = performance.timeOrigin + event.timeStamp;
    },
    true,
  );

  const createDataChannel = RTCPeerConnection.prototype.createDataChannel;
  RTCPeerConnection.prototype.createDataChannel = function (label, ...rest) {
    const channel = createDataChannel.call(this, label, ...rest);
    if (label === 'visavis.app') {
      bench.app = channel;
      channel.addEventListener('message', (message) => {
        bench.events.push({ at: now(), data: JSON.parse(message.data).data });
      });
    }
    return channel;
  };

  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...settings) {
      super(...settings);
      bench.connection = this;
      this.addEventListener('track', ({ track }) => (track.kind === 'audio' ? listen(track) : watch()));
    }
  };

  async function listen(track) {
    const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const at = now();
      const plane = new Float32Array(value.numberOfFrames);
      value.copyTo(plane, { planeIndex: 0, format: 'f32-planar' });
      const first = plane.findIndex((sample) => Math.abs(sample) >= AUDIBLE);
      if (first >= 0) {
        const last = plane.findLastIndex((sample) => Math.abs(sample) >= AUDIBLE) + 1;
        const place = (sample) => at + (sample / value.sampleRate) * 1000;
        bench.spans.push([place(first), place(last)]);
      }
      bench.chunks += 1;
      value.close();
    }
  }

  function watch() {
    const video = document.querySelector('[data-testid=replica-video]');
    if (!video) {
      requestAnimationFrame(watch);
      return;
    }
    const shown = () => {
      bench.firstPictureAt ??= now();
      bench.pictures += 1;
      video.requestVideoFrameCallback(shown);
    };
    video.requestVideoFrameCallback(shown);
  }
})();
