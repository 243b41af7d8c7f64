// The switch sees hosts through a capture that a program writes to a pipe: pcap, LINUX_SLL2, cut anywhere.
import test from 'ava';
import fc from 'fast-check';
import {CaptureFormatError, FrameCapture} from '#protocol/nad/frame-capture.ts';

const host = [0x00, 0x50, 0x56, 0xa8, 0xbe, 0x02];
const ip = [192, 168, 255, 193];

test('an ARP tells MAC and address of its sender, and the interface it came in by', t => {
  t.deepEqual(new FrameCapture().push(capture(cooked(arp()))), [
    {interfaceIndex: 7, mac: '00:50:56:A8:BE:02', address: '192.168.255.193'},
  ]);
});

test('an ARP probe, an ARP for somebody else and any other frame tell the MAC alone', t => {
  const frames = new FrameCapture().push(
    capture(
      cooked(arp({sender: [0, 0, 0, 0]})),
      cooked(arp({hardware: [2, 0, 0, 0, 0, 1]})),
      cooked([0x45, 0], {protocol: 0x0800}),
    ),
  );

  t.deepEqual(
    frames.map(frame => frame.address),
    [null, null, null],
  );
});

test('frames that leave, and frames of other links, are nobody', t => {
  const frames = new FrameCapture().push(
    capture(
      cooked(arp(), {packetType: 4}),
      cooked(arp(), {hardwareType: 772}),
      cooked(arp(), {addressLength: 0}),
      [1, 2, 3],
    ),
  );

  t.deepEqual(frames, []);
});

test('both byte orders and both resolutions of time are read', t => {
  for (const bigEndian of [false, true]) {
    for (const magic of [0xa1b2c3d4, 0xa1b23c4d]) {
      t.is(new FrameCapture().push(captureAs({bigEndian, magic}, cooked(arp()))).length, 1);
    }
  }
});

const cutSeed = 276;
test(`the same frames come out however the bytes are cut, seed ${cutSeed}`, t => {
  const whole = capture(cooked(arp()), cooked(arp({sender: [10, 0, 0, 1]})), cooked([1], {protocol: 0x0800}));
  const expected = new FrameCapture().push(whole);
  fc.assert(
    fc.property(fc.array(fc.nat(whole.length), {maxLength: 10}), cuts => {
      const reader = new FrameCapture();
      const ends = [...cuts.sort((a, b) => a - b), whole.length];
      const frames = ends.flatMap((end, index) => reader.push(whole.slice(ends[index - 1] ?? 0, end)));
      return JSON.stringify(frames) === JSON.stringify(expected);
    }),
    {seed: cutSeed},
  );
  t.pass();
});

const junkSeed = 277;
test(`what is no such capture is refused with CaptureFormatError and nothing else, seed ${junkSeed}`, t => {
  t.throws(() => new FrameCapture().push(new Uint8Array(24)), {instanceOf: CaptureFormatError});
  t.throws(() => new FrameCapture().push(captureAs({linkType: 1}, cooked(arp()))), {
    message: /link type is 1, expected 276/,
  });
  const whole = capture(cooked(arp()));
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 200}), junk => {
      const reader = new FrameCapture();
      reader.push(whole);
      try {
        reader.push(junk);
        return true;
      } catch (error) {
        return error instanceof CaptureFormatError;
      }
    }),
    {seed: junkSeed},
  );
});

function arp({sender = ip, hardware = host}: {sender?: number[]; hardware?: number[]} = {}): number[] {
  return [0, 1, 8, 0, 6, 4, 0, 1, ...hardware, ...sender, 0, 0, 0, 0, 0, 0, 192, 168, 255, 12];
}

function cooked(
  payload: number[],
  {protocol = 0x0806, packetType = 1, hardwareType = 1, addressLength = 6} = {},
): number[] {
  return [
    protocol >> 8,
    protocol & 255,
    0,
    0,
    0,
    0,
    0,
    7,
    hardwareType >> 8,
    hardwareType & 255,
    packetType,
    addressLength,
    ...host,
    0,
    0,
    ...payload,
  ];
}

function capture(...packets: number[][]): Uint8Array {
  return captureAs({}, ...packets);
}

function captureAs({bigEndian = false, magic = 0xa1b2c3d4, linkType = 276}, ...packets: number[][]): Uint8Array {
  const word = (value: number) => {
    const bytes = [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];
    return bigEndian ? bytes : bytes.reverse();
  };
  const header = [...word(magic), ...[2, 0, 4, 0], ...word(0), ...word(0), ...word(262_144), ...word(linkType)];
  const records = packets.flatMap(packet => [
    ...word(0),
    ...word(0),
    ...word(packet.length),
    ...word(packet.length),
    ...packet,
  ]);
  return Uint8Array.from([...header, ...records]);
}
