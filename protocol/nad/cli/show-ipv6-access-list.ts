import {type Command, keyword} from '#protocol/nad/cli/command.ts';
import {aclNameArgument, showLists} from '#protocol/nad/cli/show-access-lists.ts';

const show = keyword('show', 'Show running system information');
const ipv6 = keyword('ipv6', 'IPv6 information');
const list = keyword('access-list', 'Summary of access lists');

export const showIpv6AccessList: Command = {
  form: [show, ipv6, list],
  hasOutput: true,
  run: run => showLists(run, 'ipv6'),
};
export const showNamedIpv6AccessList: Command = {
  form: [show, ipv6, list, aclNameArgument],
  hasOutput: true,
  run: run => showLists(run, 'ipv6'),
};
