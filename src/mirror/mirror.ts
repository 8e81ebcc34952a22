// What the rest of the gateway knows of the mirror.
export type * from './api.ts';
export { createMirror, DEFAULT_AGES } from './create-mirror.ts';
export { domainKeyText } from './keys.ts';
export type { MirrorOptions } from './parts.ts';
