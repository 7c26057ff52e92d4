// Runs in the page after page.js: when the marker in the local camera's pictures (film.py) turned white and black.
(() => {
  const bench = window.__bench;
  bench.acts = []; // [began, ended or null], Unix milliseconds
  const devices = navigator.mediaDevices;
  if (!devices) return;
  const getUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const stream = await getUserMedia(constraints);
    stream.getVideoTracks().forEach(read);
    return stream;
  };

  async function read(track) {
    const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
    const rect = { x: 8, y: 8, width: 8, height: 8 };
    let delay = Infinity; // of the fastest picture: others are dated by when they were taken, not by when they came
    let acting = null;
    for (;;) {
      const { value: frame, done } = await reader.read();
      if (done) return;
      const taken = frame.timestamp / 1000;
      delay = Math.min(delay, bench.now() - taken);
      const pixels = new Uint8Array(frame.allocationSize({ rect }));
      await frame.copyTo(pixels, { rect });
      frame.close();
      const white = pixels[0] > 128; // luma comes first
      if (white && acting === false) bench.acts.push([taken + delay, null]);
      const last = bench.acts.at(-1);
      if (!white && acting && last) last[1] = taken + delay;
      acting = white;
    }
  }
})();
