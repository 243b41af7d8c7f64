/** Debian's radclient and our codec, on 127.0.0.1. */
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import type {RadiusAttribute, RadiusPacket} from '#protocol/radius/packet.ts';
import {readRequest} from '#protocol/radius/request.ts';
import {encodeResponse, type ResponseCode} from '#protocol/radius/response.ts';
import {runProgram} from '#specs/edges/program.ts';

/** One packet; on a busy machine a second is too short for an answer. */
export const onceWithPatience = ['-t', '5', '-r', '1'];

export interface Answer {
  code: ResponseCode;
  attributes: RadiusAttribute[];
}

export interface LoopbackServer extends AsyncDisposable {
  port: number;
  /** What came and was verified. */
  packets: RadiusPacket[];
  /** The same as it came. */
  datagrams: Uint8Array[];
  /** Why something that came was not answered. */
  refusals: string[];
}

/** Answers on a port of its own what proves `secret`, with what `answer` says; `forgeWith`: signed with this secret instead. */
export async function serveOnLoopback(
  secret: string,
  answer: (packet: RadiusPacket) => Answer,
  {requireMessageAuthenticator = true, forgeWith = secret} = {},
): Promise<LoopbackServer> {
  const socket = createSocket('udp4');
  const packets: RadiusPacket[] = [];
  const datagrams: Uint8Array[] = [];
  const refusals: string[] = [];
  socket.on('message', (bytes, {address, port}) => {
    const read = readRequest(bytes, secret, {requireMessageAuthenticator});
    if (!read.ok) {
      refusals.push(read.reason);
      return;
    }
    packets.push(read.packet);
    datagrams.push(new Uint8Array(bytes));
    socket.send(encodeResponse({request: read.packet, ...answer(read.packet), secret: forgeWith}), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    packets,
    datagrams,
    refusals,
    [Symbol.asyncDispose]: async () => {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

/**
Sends one packet with radclient, once, and gives what it printed. `attributes`: one `Name = value` each. radclient shows a response
only if it could verify it.
*/
export async function radclient({
  port,
  packet,
  secret,
  attributes,
}: {
  port: number;
  packet: 'auth' | 'acct' | 'coa' | 'disconnect';
  secret: string;
  attributes: string[];
}): Promise<string> {
  const options = ['-x', ...onceWithPatience, `127.0.0.1:${port}`, packet, secret];
  const {stdout, stderr} = await runProgram('radclient', options, `${attributes.join('\n')}\n`);
  return stdout + stderr; // the exit status only tells that the answer was a refusal, or that there was none
}
