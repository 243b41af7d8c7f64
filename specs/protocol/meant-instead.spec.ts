// A name that is not known is answered with the one that was meant, or with all that there are.
import test from 'ava';
import {defaultSettings} from '#harness/lab-settings.ts';
import {meantInstead} from '#harness/meant-instead.ts';
import {applySetOption} from '#harness/set-option.ts';
import {topology} from '#topologies/two-psn.ts';

test('a slip of the finger is answered with the name, whatever its case', t => {
  t.is(meantInstead('sesion-termination', ['posture', 'session-termination']), 'did you mean session-termination?');
  t.is(meantInstead('nad.coadelay', ['nad.reauthDelay', 'nad.coaDelay']), 'did you mean nad.coaDelay?');
});

test('a word like none of them is answered with all', t => {
  t.is(meantInstead('banana', ['posture', 'dacl-race']), 'there are posture, dacl-race');
});

test('a setting that there is not, by its nearest', t => {
  t.throws(() => applySetOption(defaultSettings(topology), 'nad.coaDealy', '3s'), {
    message: '--set nad.coaDealy: there is no such setting; did you mean nad.coaDelay?',
  });
});
