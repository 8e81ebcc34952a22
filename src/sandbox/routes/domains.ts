// What can be read of one domain: detail, contacts, nameservers, renewal, TLD facts.

import type { RenewInfo } from '../../upstream/wire/domain.ts';
import { json, refuse } from '../http/answers.ts';
import type { Call } from '../http/call.ts';
import { wordFrom } from '../http/input.ts';
import { listAnswer, pageOf } from '../http/paging.ts';
import { contactsOn, domainDetail, tldDetail } from '../render.ts';
import type { SandboxState } from '../state.ts';
import { iso, lifeDates, renewableYears, renewalObstacle } from '../world/lifecycle.ts';
import { nameserversOf } from '../world/portfolio.ts';
import type { Domain } from '../world/records.ts';
import { canonicalName, tldOf, tlds } from '../world/tlds.ts';
import { domainOf } from './access.ts';

function renewInfo(domain: Domain, now: number): RenewInfo {
  const durations = renewableYears(domain, now);
  const prohibited = renewalObstacle(domain, now) !== undefined;
  return {
    begins_at: '2012-01-01T00:00:00Z',
    ends_at: iso(lifeDates(domain).holdEndsAt),
    durations: prohibited ? [] : durations,
    minimum: prohibited ? 0 : (durations[0] ?? 0),
    maximum: prohibited ? 0 : (durations.at(-1) ?? 0),
    prohibited,
    in_renew_period: !prohibited,
  };
}

function tldList(call: Call): Response {
  const category = wordFrom(call.query, 'category', ['ccTLD', 'gTLD']);
  const all = [...tlds.values()];
  const matching = category === undefined ? all : all.filter((tld) => tld.category === category);
  const page = pageOf(matching, { url: call.url, total: all.length });
  const rows = page.rows.map(({ name }) => ({ name, href: `${call.base}/domain/tlds/${name}` }));
  return listAnswer(rows, page.headers);
}

function oneTld(call: Call): Response {
  const asked = call.param('name').toLowerCase();
  const tld = tlds.get(asked) ?? tldOf(canonicalName(asked) ?? '');
  if (!tld) throw refuse(404);
  return json(200, tldDetail(call.base, tld));
}

export const domainReads = (state: SandboxState) => ({
  detail: (call: Call) => json(200, domainDetail(state, call.world, call.base, domainOf(call), call.now)),
  contacts: (call: Call) => json(200, contactsOn(state, domainOf(call))),
  nameservers: (call: Call) => json(200, nameserversOf(domainOf(call))),
  renew: (call: Call) => json(200, renewInfo(domainOf(call), call.now)),
  tldList,
  oneTld,
});
