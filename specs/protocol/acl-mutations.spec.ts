// `make mutate` takes minutes and is run now and then; that what it breaks is still there is looked at each time.
import {readFile} from 'node:fs/promises';
import test from 'ava';
import {mutations} from '#scripts/acl-mutations.ts';

test('each way to break evaluator or compiler has one place, and is another one than the others', async t => {
  for (const {about, file, from, to} of mutations) {
    t.is((await readFile(file, 'utf8')).split(from).length, 2, `${file}: ${about}`);
    t.not(from, to, about);
  }
  t.is(new Set(mutations.map(({about}) => about)).size, mutations.length);
  t.true(mutations.length >= 25);
});
