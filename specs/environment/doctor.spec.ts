// The doctor looks things up, and never leaves anybody with a "no" alone.
import {env} from 'node:process';
import test from 'ava';
import {examine} from '#harness/doctor.ts';

test.serial('what the specs need is here, and whatever is missing has a remedy', async t => {
  const checks = await examine();

  for (const {name, neededFor, outcome} of checks) {
    if (neededFor !== 'bench') t.not(outcome.kind, 'missing', `${name}: ${outcome.found}`);
    if (outcome.kind !== 'ok') t.truthy(outcome.remedy, name);
  }
});

test.serial('without an engine, the engine is missing and what depends on it is unknown', async t => {
  const host = env['DOCKER_HOST'];
  env['DOCKER_HOST'] = 'unix:///nowhere/docker.sock';
  const checks = await examine();
  if (host === undefined) delete env['DOCKER_HOST'];
  else env['DOCKER_HOST'] = host;

  const outcomeOf = (name: string) => checks.find(check => check.name === name)?.outcome;
  t.like(outcomeOf('container engine'), {kind: 'missing'});
  t.regex(outcomeOf('container engine')?.found ?? '', /DOCKER_HOST=unix:\/\/\/nowhere/);
  t.like(outcomeOf('kernel: veth'), {kind: 'unknown'});
});
