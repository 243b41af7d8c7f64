import type {PostureReport, Requirement, RequirementResult} from '#protocol/posture/requirement.ts';

/** A JSON body of the posture exchange is not what it should be; `message` says where. Theirs, not ours. */
export class MalformedBodyError extends Error {
  override readonly name = 'MalformedBodyError';
}

/** Reads `{"requirements": [...]}`. Throws `MalformedBodyError`. */
export function readRequirements(body: string): Requirement[] {
  const document = asRecord(parse(body), 'body');
  return asArray(document['requirements'], 'requirements').map(readRequirement);
}

/** Reads a posture report. Throws `MalformedBodyError`. */
export function readReport(body: string): PostureReport {
  const document = asRecord(parse(body), 'body');
  return {
    sessionId: asText(document['sessionId'], 'sessionId'),
    agentVersion: asText(document['agentVersion'], 'agentVersion'),
    operatingSystem: asText(document['operatingSystem'], 'operatingSystem'),
    results: asArray(document['results'], 'results').map(readResult),
  };
}

function readRequirement(value: unknown, index: number): Requirement {
  const at = `requirements[${index}]`;
  const record = asRecord(value, at);
  const limit = record['value'];
  return {
    name: asText(record['name'], `${at}.name`),
    fact: asText(record['fact'], `${at}.fact`),
    operator: asOneOf(record['operator'], ['equals', 'notEquals', 'atLeast', 'atMost', 'exists'], `${at}.operator`),
    enforcement: asOneOf(record['enforcement'], ['mandatory', 'optional', 'audit'], `${at}.enforcement`),
    ...(limit === undefined ? {} : {value: asScalar(limit, `${at}.value`)}),
  };
}

function readResult(value: unknown, index: number): RequirementResult {
  const at = `results[${index}]`;
  const record = asRecord(value, at);
  if (typeof record['passed'] !== 'boolean') throw new MalformedBodyError(`${at}.passed must be true or false`);
  return {
    name: asText(record['name'], `${at}.name`),
    passed: record['passed'],
    enforcement: asOneOf(record['enforcement'], ['mandatory', 'optional', 'audit'], `${at}.enforcement`),
  };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new MalformedBodyError('the body is not JSON');
  }
}

function asRecord(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MalformedBodyError(`${at} must be an object`);
  }
  return value as Record<string, unknown>;
}

function asArray(value: unknown, at: string): unknown[] {
  if (!Array.isArray(value)) throw new MalformedBodyError(`${at} must be a list`);
  return value;
}

function asText(value: unknown, at: string): string {
  if (typeof value !== 'string') throw new MalformedBodyError(`${at} must be text`);
  return value;
}

function asScalar(value: unknown, at: string): string | number | boolean {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw new MalformedBodyError(`${at} must be text, a number, true or false`);
}

function asOneOf<Choice extends string>(value: unknown, choices: readonly Choice[], at: string): Choice {
  const choice = choices.find(candidate => candidate === value);
  if (choice === undefined) throw new MalformedBodyError(`${at} must be one of ${choices.join(', ')}`);
  return choice;
}
