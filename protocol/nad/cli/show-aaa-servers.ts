import {type Command, keyword} from '#protocol/nad/cli/command.ts';
import type {NadServerView, NadView, ServiceCounters} from '#protocol/nad/contract.ts';

export const showAaaServers: Command = {
  form: [
    keyword('show', 'Show running system information'),
    keyword('aaa', 'Show AAA values'),
    keyword('servers', 'Show server status'),
  ],
  hasOutput: true,
  run: ({world: {view, nowMs}}) => ({
    lines: [...view.servers.flatMap((server, index) => serverLines(server, index + 1, nowMs)), ...coaLines(view.coa)],
  }),
};

function serverLines(server: NadServerView, id: number, nowMs: number): string[] {
  const {authentication: authen, accounting: acct} = server;
  const duration = Math.floor((nowMs - server.stateSinceMs) / 1000);
  return [
    '',
    `RADIUS: id ${id}, priority ${id}, host ${server.address}, auth-port ${server.authPort}, acct-port ${server.acctPort}`,
    `     State: current ${server.state === 'up' ? 'UP' : 'DEAD'}, duration ${duration}s, previous duration 0s`,
    `     Dead: total time 0s, count ${server.deaths}`,
    `     Authen: ${common(authen)}`,
    `             Response: accept ${authen.accepts}, reject ${authen.rejects}, challenge ${authen.challenges}`,
    `     Account: ${common(acct)}`,
    `             Request: start ${acct.starts}, interim ${acct.interims}, stop ${acct.stops}`,
    `             Response: total ${acct.responses}`,
  ];
}

function common({requests, timeouts, failovers, retransmissions}: ServiceCounters): string {
  return `request ${requests}, timeouts ${timeouts}, failover ${failovers}, retransmission ${retransmissions}`;
}

/** The form of the line is domain.md 5.10's; where the counters stand is ours. `discarded`: unknown client or wrong secret. */
function coaLines({requests, acks, naks, discarded}: NadView['coa']): string[] {
  return ['', `CoA: requests: ${requests}, Ack responses: ${acks}, Nak responses: ${naks}, discarded: ${discarded}`];
}
