// The shape of our plugins: Yoga's, with the context of ours.
import type { Plugin } from 'graphql-yoga';
import type { OperationContext, RequestContext } from '../context.ts';

export type GatewayPlugin = Plugin<OperationContext, RequestContext, OperationContext>;
