/**
A bench for access lists, in a container of the switch's image: packets go through a port as the switch has it, with the same
program in charge of nftables, and what becomes of each is read back. One JSON request a line on stdin, one answer on stdout.
*/
import {stdin, stdout} from 'node:process';
import {createInterface} from 'node:readline';
import {ProofBench, type ProofRequest} from '#images/nad/acl-proof/bench.ts';

await using bench = await ProofBench.open();
stdout.write(`${JSON.stringify({ready: true})}\n`);
for await (const line of createInterface({input: stdin})) {
  const request = JSON.parse(line) as ProofRequest & {id: number};
  try {
    stdout.write(`${JSON.stringify({id: request.id, result: await bench.judge(request)})}\n`);
  } catch (error) {
    stdout.write(
      `${JSON.stringify({id: request.id, error: error instanceof Error ? error.message : String(error)})}\n`,
    );
  }
}
