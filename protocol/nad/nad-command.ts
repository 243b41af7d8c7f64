import type {Access} from '#protocol/nad/access.ts';
import type {NadCommand, NadStep} from '#protocol/nad/contract.ts';
import type {NadContext} from '#protocol/nad/nad-context.ts';
import type {Ports} from '#protocol/nad/ports.ts';
import type {Sessions} from '#protocol/nad/sessions.ts';

const steps: readonly NadStep[] = ['coa', 'reauth', 'acl-download', 'acl-install', 'ipdt'];

/**
Carries out what a spec or an engineer asks of the switch. Commands come as JSON from outside, so whatever they hold that is
not as the contract has it is refused, in words. Returns the result.
*/
export function carryOutCommand(
  command: Exclude<NadCommand, {name: 'view' | 'prepare-reload'}>,
  {context, ports, sessions, access}: {context: NadContext; ports: Ports; sessions: Sessions; access: Access},
  nowMs: number,
): {ok: true} | {ok: false; message: string} {
  switch (command.name) {
    case 'hold':
    case 'release':
    case 'set-delay': {
      const {step} = command;
      if (!steps.includes(step))
        return refuse(`there is no step ${JSON.stringify(step)}; there are ${steps.join(', ')}`);
      if (command.name === 'set-delay') {
        if (!(command.delayMs >= 0))
          return refuse(`delayMs must be a number of at least 0, not ${JSON.stringify(command.delayMs)}`);
        context.steps.setDelay(step, command.delayMs);
        return {ok: true};
      }
      context.steps[command.name](step);
      const kind = command.name === 'hold' ? 'gate-held' : 'gate-released';
      context.emit({kind: 'record', event: {kind, step}});
      return {ok: true};
    }
    case 'set-port': {
      const port = ports.find(command.port);
      if (port === undefined) return refuse(noPort(command.port, ports));
      if (command.up) access.open(port);
      else access.shutDown(port, nowMs);
      return {ok: true};
    }
    case 'clear-session': {
      if (ports.find(command.port) === undefined) return refuse(noPort(command.port, ports));
      for (const session of sessions.onPort(command.port)) access.terminate(session, nowMs);
      return {ok: true};
    }
    case 'set-clock': {
      const problem = context.clock.set(command.offsetMs);
      if (problem !== undefined) return refuse(problem);
      context.record({kind: 'clock-set', offsetMs: command.offsetMs});
      return {ok: true};
    }
    default: {
      const unknown: never = command;
      return refuse(`the switch has no command ${JSON.stringify((unknown as {name: unknown}).name)}`);
    }
  }
}

function noPort(port: string, ports: Ports): string {
  const names = ports.all().map(candidate => candidate.port);
  return `there is no access port ${JSON.stringify(port)}; there are ${names.join(', ')}`;
}

function refuse(message: string): {ok: false; message: string} {
  return {ok: false, message};
}
