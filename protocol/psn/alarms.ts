import type {Alarm} from '#protocol/psn/contract.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';

/** The alarms of domain.md 6.6 that this project is about. Severity, description and suggested actions are ours. */
const alarmKinds = {
  'Posture Configuration Detection': {
    severity: 'Warning',
    description:
      'An endpoint whose session is Compliant reached the posture state synchronization port of this node, which its dACL should deny.',
    suggestedActions:
      'Deny the bidirectional port of every PSN at the top of the dACL for Compliant endpoints. If it does, raise the network transition delay: the probe came before the dACL was in force.',
  },
  'Dynamic Authorization Failed for Device': {
    severity: 'Warning',
    description: 'A network device did not carry out a change of authorization, so it still enforces the old one.',
    suggestedActions:
      'On the device, list this node under dynamic-author with the right key; check that its CoA port can be reached and that it knows the session.',
  },
} as const satisfies Record<string, Pick<Alarm, 'severity' | 'description' | 'suggestedActions'>>;

/** Puts an alarm on the dashboard. `details` gets the server's name in front, as ISE has it. */
export function raiseAlarm(
  {settings, records, outbox}: NodeState,
  alarmName: keyof typeof alarmKinds,
  details: Record<string, string>,
  nowMs: number,
): void {
  const all = {Server: settings.name, ...details};
  const kind = alarmKinds[alarmName];
  records.addAlarm({alarmName, ...kind, loggedAtMs: nowMs, iseNode: settings.name, details: all});
  outbox.record({kind: 'alarm-raised', alarm: alarmName, severity: kind.severity, details: all});
}
