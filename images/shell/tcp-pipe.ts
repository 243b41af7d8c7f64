/**
Joins stdin and stdout to a TCP port: `node images/shell/tcp-pipe.ts ADDRESS PORT`. The end of stdin closes our half of the
connection; the end of the other half ends the program, which `nc` would survive for as long as its stdin is open.
*/
import {connect} from 'node:net';
import {argv, exit, stderr, stdin, stdout} from 'node:process';

const [address = '', port = ''] = argv.slice(2);
const socket = connect({host: address, port: Number(port), allowHalfOpen: true});
stdin.pipe(socket).pipe(stdout, {end: false});
socket.once('end', () => stdout.write('', () => exit(0)));
socket.once('error', error => {
  stderr.write(`${error.message}\n`);
  exit(1);
});
