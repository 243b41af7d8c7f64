// What a posture agent has against the names in a server's certificate (domain.md 8.2, 4.5).
import test from 'ava';
import {serverNameProblem} from '#protocol/agent/server-name.ts';

const host = 'psn1.posturelab.test';

test('a certificate that names the host is accepted, in whatever case', t => {
  t.is(serverNameProblem(host, ['other.test', 'PSN1.posturelab.TEST'], ['*']), undefined);
  t.is(serverNameProblem('PSN1.Posturelab.test', [host], ['*']), undefined);
});

test('a wildcard stands for what is before the dot, and not for nothing', t => {
  t.is(serverNameProblem(host, ['*.posturelab.test'], ['*']), undefined);
  t.truthy(serverNameProblem('.posturelab.test', ['*.posturelab.test'], ['*']));
  t.truthy(serverNameProblem('posturelab.test', ['*.posturelab.test'], ['*']));
});

test('a certificate for somebody else is refused, with the names that it has', t => {
  t.is(
    serverNameProblem(host, ['psn2.posturelab.test'], ['*']),
    `the certificate names psn2.posturelab.test, not ${host}`,
  );
  t.is(serverNameProblem(host, [], ['*']), `the certificate names nobody, not ${host}`);
});

test('ServerNameRules must allow the host as well', t => {
  t.is(serverNameProblem(host, [host], ['*.example.com', ' *.posturelab.test']), undefined);
  t.is(serverNameProblem(host, [host], ['*.example.com']), `ServerNameRules *.example.com do not allow ${host}`);
});
