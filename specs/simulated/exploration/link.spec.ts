// A cable's promises, each over ten thousand packets. What goes wrong on a link is an impairment's (specs/protocol/link-impairment.spec.ts).
import test from 'ava';
import {type Cable, VirtualLink} from '#harness/simulator/link.ts';
import {Random} from '#harness/simulator/random.ts';
import {Simulation} from '#harness/simulator/simulation.ts';

const count = 10_000;

/** Sends packets a millisecond apart, and says which arrived when. */
function send(cable: Partial<Cable>, onSent?: (link: VirtualLink, index: number) => void) {
  const simulation = new Simulation();
  const link = new VirtualLink(['a:eth0', 'b:eth0'], {simulation, random: new Random(1, 'spec')});
  link.cable = {delayMs: 0.3, jitterMs: 0, ...cable};
  const arrived: {index: number; tookMs: number}[] = [];
  for (let index = 0; index < count; index += 1) {
    simulation.at(index, () => {
      link.carry('a', () => arrived.push({index, tookMs: simulation.nowMs - index}));
      onSent?.(link, index);
    });
  }
  while (simulation.step());
  return arrived;
}

test('a good cable brings everything, in order, after its delay', t => {
  const arrived = send({delayMs: 3});

  t.is(arrived.length, count);
  t.true(arrived.every(({index, tookMs}, place) => index === place && Math.abs(tookMs - 3) < 0.01));
});

test('jitter adds up to its measure and does not change the order', t => {
  const arrived = send({delayMs: 3, jitterMs: 40});

  t.true(arrived.every(({index}, place) => index === place));
  t.true(Math.max(...arrived.map(({tookMs}) => tookMs)) <= 43.01);
  t.true(Math.min(...arrived.map(({tookMs}) => tookMs)) >= 3);
  t.true(new Set(arrived.map(({tookMs}) => Math.round(tookMs))).size > 20);
});

test('what is on a cable when it is cut is lost, also if the cable is mended at once', t => {
  const arrived = send({delayMs: 5.5}, (link, index) => {
    if (index !== 1000) return;
    link.setDown('cut', true);
    link.setDown('cut', false);
  });
  const lost = Array.from({length: count}, (_, index) => index).filter(
    index => !arrived.some(packet => packet.index === index),
  );

  t.deepEqual(lost, [995, 996, 997, 998, 999, 1000]);
});
