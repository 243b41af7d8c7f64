// Sends UDP datagrams (hex, one a line on stdin) from an address to an address and port, and prints the answers that come
// within a second of the last one, hex, one a line.
import {createSocket} from 'node:dgram';
import {argv, stdin} from 'node:process';
import {text} from 'node:stream/consumers';

const [source, target, port] = argv.slice(2);
const packets = (await text(stdin)).trim().split('\n');
const socket = createSocket('udp4');
socket.on('message', answer => console.log(answer.toString('hex')));
socket.bind({address: source ?? '', port: 0}, () => {
  for (const packet of packets) socket.send(Buffer.from(packet, 'hex'), Number(port), target);
  AbortSignal.timeout(1000).addEventListener('abort', () => socket.close());
});
