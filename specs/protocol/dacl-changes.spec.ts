// Small mistakes in a list, for asking whether anybody would notice.
import test from 'ava';
import fc from 'fast-check';
import {changesOf} from '#protocol/dacl/acl-changes.ts';
import {parseAcl} from '#protocol/dacl/parse.ts';
import {showAce} from '#protocol/dacl/show.ts';
import {acls} from '#specs/protocol/dacl-arbitraries.ts';

function changes(text: string): string[] {
  return changesOf(parseAcl(text, {name: 'test'}).acl).map(
    ({line, change, entries}) => `${change} ${line}: ${entries.map(ace => showAce(ace)).join(' / ')}`,
  );
}

test('an entry is dropped, put after the next, widened, shifted and turned', t => {
  t.deepEqual(changes('deny tcp any host 10.0.0.1 eq 8449\npermit ip any any'), [
    'dropped 1: permit ip any any',
    'reordered 1: permit ip any any / deny tcp any host 10.0.0.1 eq 8449',
    'widened 1: deny tcp any any eq 8449 / permit ip any any',
    'widened 1: deny tcp any host 10.0.0.1 / permit ip any any',
    'shifted 1: deny tcp any host 10.0.0.1 eq 8450 / permit ip any any',
    'turned 1: permit tcp any host 10.0.0.1 eq 8449 / permit ip any any',
    'dropped 2: deny tcp any host 10.0.0.1 eq 8449',
    'turned 2: deny tcp any host 10.0.0.1 eq 8449 / deny ip any any',
  ]);
});

test('what makes no difference is not among the changes', t => {
  const told = changes('permit udp any any eq 53\npermit tcp any any eq 80\ndeny tcp any any eq 80');
  t.deepEqual(
    told.filter(change => change.startsWith('reordered')).map(change => change.slice(0, 11)),
    ['reordered 2'],
  );
  t.false(
    told.some(change => change.startsWith('dropped 3')),
    'it is shadowed',
  );
});

const seed = 14;
test(`every change can be written down and read again, seed ${seed}`, t => {
  fc.assert(
    fc.property(acls('ipv4', {maxEntries: 6}), acl => {
      for (const {entries, about} of changesOf(acl)) {
        const text = entries.map(ace => showAce(ace)).join('\n');
        const {acl: read, problems} = parseAcl(text, {name: 'changed'});
        t.deepEqual(
          problems.filter(({severity}) => severity === 'error'),
          [],
          about,
        );
        t.is(read.entries.length, entries.length);
      }
    }),
    {seed, numRuns: 100},
  );
});
