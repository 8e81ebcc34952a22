// What webhooks tell of an event: their query run for it as a subscription would be, or the default.
import { randomUUID } from 'node:crypto';
import {
  type DocumentNode,
  type ExecutionResult,
  executeSubscriptionEvent,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  validateSubscriptionArgs,
} from 'graphql';
import { createYoga } from 'graphql-yoga';
import { domainKey, encodeNodeId } from '../../schema/node-id.ts';
import type { Session } from '../auth/session.ts';
import type { EventRecord, Services, WebhookPayload, WebhookPayloads, WebhookRecord } from '../services/services.ts';
import { PayloadError } from '../services/webhooks-types.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createClientErrors } from './client-errors.ts';
import { openScope } from './context.ts';
import { ERROR_CODES, isErrorCode } from './error-codes.ts';
import { COST_LIMIT, costOf } from './plugins/use-cost-limit.ts';
import { useDocumentLimits } from './plugins/use-document-limits.ts';

export interface WebhookPayloadsOptions {
  readonly schema: GraphQLSchema;
  /** Asked for when a payload is made: the services know the webhooks, and these need the services. */
  readonly services: () => Services;
  /** The position of an event as the holder of these rights gets it. */
  readonly cursorOf: (webhook: WebhookRecord, event: EventRecord) => string;
  readonly logger: Logger;
}

/** The field of the subscription type that a webhook's query selects. */
const ROOT = 'events';

/** Documents have the same limits as those of requests. */
export function createWebhookPayloads({ schema, services, cursorOf, logger }: WebhookPayloadsOptions): WebhookPayloads {
  const errors = createClientErrors(logger);
  const { getEnveloped } = createYoga({ schema, plugins: [useDocumentLimits()], logging: false });
  const { parse, validate } = getEnveloped({});

  async function answerOf(webhook: WebhookRecord, query: string, event: EventRecord, signal: AbortSignal) {
    const session = sessionOf(webhook);
    const opened = openScope(services(), { session, signal }, { maxAgeSeconds: null, isMutation: false });
    const finish = ({ data, errors: found }: ExecutionResult): WebhookPayload => ({
      data: data == null ? null : (Object.values(data)[0] ?? null),
      ...(found !== undefined && { errors: found.map((error) => errors.toClient(error, session.requestId)) }),
    });
    try {
      const document = parse(query) as DocumentNode;
      const validated = validateSubscriptionArgs({
        schema,
        document,
        contextValue: { ...opened, session, signal },
        rootValue: { ...event, cursor: cursorOf(webhook, event) },
        abortSignal: signal,
      });
      return finish('schema' in validated ? await executeSubscriptionEvent(validated) : { errors: validated });
    } catch (error) {
      return finish({
        errors: [error instanceof GraphQLError ? error : new GraphQLError('', { originalError: asError(error) })],
      });
    }
  }

  return {
    problemsOf(query) {
      try {
        const document = parse(query) as DocumentNode;
        const problems = validate(schema, document).map(placed);
        if (problems.length > 0) return problems;
        const unusable = unusableOf(document);
        if (unusable !== null) return [unusable];
        const cost = costOf({ schema, document });
        return cost <= COST_LIMIT ? [] : [`The query costs ${cost}; the limit is ${COST_LIMIT}.`];
      } catch (error) {
        if (error instanceof GraphQLError) return [placed(error)];
        throw error;
      }
    },

    async payloadOf(webhook, event, { isPatient, signal }) {
      if (webhook.query === null) return { data: defaultData(event) };
      const payload = await answerOf(webhook, webhook.query, event, signal);
      const ours = payload.errors?.find((error) => error instanceof GraphQLError && isOurs(error));
      if (ours !== undefined && isPatient)
        throw new PayloadError('The query could not be answered for now.', { cause: ours });
      return payload;
    },
  };
}

/** Reads what the webhook's limits let it see, and nothing else. */
function sessionOf({ id, organizationId, clientId }: WebhookRecord): Session {
  return {
    actor: { kind: 'system', id: `webhook:${id}` },
    organizationId,
    clientId,
    scopes: new Set(['portfolio:read']),
    language: 'en',
    requestId: randomUUID(),
    expiresAt: null,
  };
}

/** What is wrong with a document that fits the schema, in words with its place; null = nothing. */
function unusableOf({ definitions }: DocumentNode): string | null {
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const [operation, another] = operations;
  if (operation === undefined || another !== undefined)
    return placedAt(another, `It has ${operations.length} operations; expected one subscription.`);
  if (operation.operation !== 'subscription')
    return placedAt(operation, `It is a ${operation.operation}; expected a subscription.`);
  const [variable] = operation.variableDefinitions ?? [];
  if (variable !== undefined) return placedAt(variable, 'There is nobody to give a variable its value.');
  const [field] = operation.selectionSet.selections;
  if (field?.kind !== Kind.FIELD || field.name.value !== ROOT)
    return placedAt(
      field,
      `Its field is ${field?.kind === Kind.FIELD ? field.name.value : 'in a fragment'}; expected ${ROOT}.`,
    );
  const [argument] = field.arguments ?? [];
  if (argument !== undefined)
    return placedAt(argument, `Arguments of ${ROOT} have no meaning here: the webhook says which events it wants.`);
  return null;
}

function placed(error: GraphQLError): string {
  const [location] = error.locations ?? [];
  return location === undefined ? error.message : `Line ${location.line}, column ${location.column}: ${error.message}`;
}

function placedAt(
  node:
    | { readonly loc?: { readonly startToken: { readonly line: number; readonly column: number } } | undefined }
    | undefined,
  message: string,
): string {
  const token = node?.loc?.startToken;
  return token === undefined ? message : `Line ${token.line}, column ${token.column}: ${message}`;
}

/** True for what may be otherwise in a while. */
function isOurs({ extensions: { code } }: GraphQLError): boolean {
  return isErrorCode(code) && (code === 'INTERNAL_SERVER_ERROR' || ERROR_CODES[code].retryable);
}

/** Ids to ask for more with: what is told here never grows old. */
function defaultData({ organizationId, clientId, domainName, subjectType, subjectId }: EventRecord) {
  return {
    subject: { type: subjectType, id: subjectIdOf({ organizationId, domainName, subjectType, subjectId }) },
    organizationId: organizationId === null ? null : encodeNodeId('Organization', organizationId),
    clientId: clientId === null ? null : encodeNodeId('Client', clientId),
    domainName,
  };
}

function subjectIdOf({
  organizationId,
  domainName,
  subjectType,
  subjectId,
}: Pick<EventRecord, 'organizationId' | 'domainName' | 'subjectType' | 'subjectId'>): string | null {
  if (subjectType === 'Gateway') return null;
  if (subjectType !== 'Domain') return encodeNodeId(subjectType, subjectId);
  return organizationId === null || domainName === null
    ? null
    : encodeNodeId('Domain', domainKey({ organizationId, name: domainName }));
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
