export { excerpt, storableJson } from './answer';
export { createHttpClient } from './http-client';
export { createReader } from './read-as';
export { IMAGE_TYPES } from './call';
export type { HttpAnswer, HttpCall, ImageType } from './call';
export type { HttpClient, HttpClientOptions } from './http-client';
export { UpstreamFailure } from './upstream-failure';
export type { Certainty, FailureKind } from './upstream-failure';
