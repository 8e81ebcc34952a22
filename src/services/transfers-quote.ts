// The dry run of a transfer: the same checks, Gandi's own dry run, the price and what will happen; it spends and writes nothing.
import { assertCan } from '../auth/session.ts';
import type { ContactInput } from '../upstream/port.ts';
import { callFor, orFault } from './calls.ts';
import { differences, namesakeNote, namesakes } from './order-namesakes.ts';
import { assertMayOrderFor, findPayer, findRegistrant } from './order-parties.ts';
import { priceForYears } from './order-price.ts';
import { type Findings, noFindings, noteBusy, noteDryRun, noting } from './order-quote.ts';
import type { OperationScope, OrderPrice, OrderQuote, OrganizationRecord, TransferDomainInInput } from './services.ts';
import { addsYears, HOLDER_DAYS, losingRegistrarDays } from './transfer-policy.ts';
import { findBlockers } from './transfers-check.ts';
import type { TransferDeps } from './transfers-deps.ts';
import { type EffectFacts, effectsOf } from './transfers-effects.ts';
import { readTransferInput, type WantedTransfer } from './transfers-input.ts';

export async function quoteTransfer(
  deps: TransferDeps,
  scope: OperationScope,
  input: Omit<TransferDomainInInput, 'idempotencyKey'>,
): Promise<OrderQuote> {
  assertCan(scope.session, 'transfer:request');
  const findings = noFindings();
  const check = <T>(run: () => T | Promise<T>): Promise<T | null> => noting(findings, run);

  const wanted = await check(() => {
    const read = readTransferInput(input);
    if ('create' in read.client) assertCan(scope.session, 'client:write');
    assertMayOrderFor(scope.session, read.client);
    return read;
  });
  if (wanted === null) return quoteOf(input.domain, findings, null, [], 0);
  const { client } = wanted;
  const makesClient = 'create' in client;
  const payer = await check(() => findPayer(deps, scope, wanted.payerId));
  if (payer === null) return quoteOf(wanted.name, findings, null, [], 0);

  await noteBusy(deps, findings, wanted.name);
  const registrant = await check(() => findRegistrant(deps, scope, payer, client));
  const found = await check(() => findBlockers(deps, scope, payer, wanted));
  for (const { kind, message } of found?.blockers ?? [])
    findings.blockers.push({ code: kind, message, path: ['input', 'domain'] });
  const reused = makesClient ? await findReuse(deps, scope, payer, client.create) : null;
  if (registrant !== null && findings.blockers.length === 0)
    await askGandi(deps, scope, payer, wanted, registrant, reused?.id ?? null, findings);

  const price = await priceForYears(deps, scope, payer, { ...wanted, process: 'TRANSFER' });
  const facts: EffectFacts = {
    unicodeName: wanted.unicodeName,
    years: wanted.years,
    addsYears: addsYears(wanted.name),
    changeRegistrant: wanted.changeRegistrant,
    isInternal: found?.answer?.isInternal ?? null,
    holderDays: HOLDER_DAYS,
    losingRegistrarDays: losingRegistrarDays(wanted.name),
    payerName: payer.name,
    newClient: makesClient && reused?.id == null,
    reusedClientId: reused?.id ?? null,
  };
  const effects = effectsOf(facts, scope.session.language);
  const note = reused?.id == null ? reused?.note : undefined;
  const calls = 2 + (facts.newClient ? 1 : 0);
  return quoteOf(wanted.name, findings, price, note === undefined ? effects : [...effects, note], calls);
}

/** A client with the very same data is used; otherwise, what is said about those that look alike. */
async function findReuse(
  deps: TransferDeps,
  scope: OperationScope,
  payer: OrganizationRecord,
  input: Parameters<typeof namesakes>[2],
): Promise<{ readonly id: string | null; readonly note: string | undefined }> {
  const call = { ...callFor(scope, 'interactive'), meter: scope.meter };
  const rows = await orFault(namesakes(deps, payer.id, input, call));
  const twin = rows.find((row) => row.detail !== null && differences(input, row, row.detail).length === 0);
  return { id: twin?.id ?? null, note: namesakeNote(rows, input) };
}

/** Gandi's own dry run; what it objects to becomes blockers. */
async function askGandi(
  { port }: TransferDeps,
  scope: OperationScope,
  payer: OrganizationRecord,
  wanted: WantedTransfer,
  registrant: ContactInput,
  reusedClientId: string | null,
  findings: Findings,
): Promise<void> {
  const { name, authCode, years, changeRegistrant, client } = wanted;
  const clientId = 'id' in client ? client.id : reusedClientId;
  const request = { name, payerId: payer.id, clientId, registrant, authCode, years, changeRegistrant };
  noteDryRun(findings, await orFault(port.dryRunTransfer(request, callFor(scope, 'interactive'))));
}

function quoteOf(
  name: string,
  { blockers, warning }: Findings,
  price: OrderPrice | null,
  effects: readonly string[],
  upstreamCalls: number,
): OrderQuote {
  return { name, price, blockers, effects, toAcknowledge: [], upstreamCalls, warning };
}
