// verdict() and the kernel, packet by packet: real frames through a port that has the compiled list.
import test from 'ava';
import {openProofContainer} from '#harness/acl/proof-container.ts';
import {disagreements, trials} from '#specs/kernel/agreement.ts';

const seed = 20_000;
const lists = 200;
const packetsEach = 100;

test.serial(
  `model and kernel agree about ${lists * packetsEach} packets on the borders of ${lists} lists, seed ${seed}`,
  async t => {
    await using bench = await openProofContainer(message => t.log(message));
    let packets = 0;
    for (const trial of trials({seed, lists, packetsEach})) {
      t.deepEqual(await disagreements(bench, trial), []);
      packets += trial.packets.length;
    }
    t.is(packets, lists * packetsEach);
  },
);
