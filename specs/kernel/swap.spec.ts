// A dACL is edited and replaced while the endpoint talks: every packet meets the old list or the new one, never none.
import test from 'ava';
import {swapInContainer} from '#harness/acl/swap.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import {parseAcl} from '#protocol/dacl/parse.ts';

const replacements = 200;
const source = '192.168.255.193';
const destination = '10.10.1.11';

/** Long enough to have rules and maps. */
const others = Array.from({length: 60}, (_, index) => `permit tcp any host 10.20.0.${index + 1} eq ${2000 + index}`);

function listOf(...lines: string[]): Acl {
  const {acl, problems} = parseAcl([...others, ...lines].join('\n'), {name: 'dacl'});
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return acl;
}

for (const [how, lines] of [
  ['rules', [`permit tcp any host ${destination} range 1000 1001`, 'deny tcp any any eq 1002', 'permit udp any any']],
  [
    'a map',
    Array.from(
      {length: 20},
      (_, index) => `${index === 2 ? 'deny' : 'permit'} tcp any host ${destination} eq ${1000 + index}`,
    ).filter(line => !line.endsWith('1003')),
  ],
] as const) {
  test.serial(
    `${replacements} replacements under load, decided by ${how}: no denied packet passes, no permitted one is lost, an established connection ends`,
    async t => {
      const lists: [Acl, Acl] = [
        listOf('permit tcp any any eq 1003', ...lines),
        listOf('deny tcp any any eq 1003', ...lines),
      ];
      const {entered, passed, establishedExpected, elapsedMs} = await swapInContainer(
        {lists, replacements, flowMs: 0, source, destination},
        message => t.log(message),
      );
      t.log(`${entered.permitted} permitted and ${entered.denied} denied packets in ${Math.round(elapsedMs)} ms`);
      t.is(passed.denied, 0);
      t.is(passed.permitted, entered.permitted);
      t.is(passed.established, establishedExpected);
      t.is(establishedExpected, (replacements / 2) * 5);
      t.true(entered.permitted > replacements, 'packets flowed all the time');
    },
  );
}
