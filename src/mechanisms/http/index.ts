export { excerpt, storableJson } from './answer';
export { createHttpClient } from './http-client';
export { createReader } from './read-as';
export type { HttpAnswer, HttpCall, HttpDownload, HttpFile } from './call';
export type { HttpClient, HttpClientOptions } from './http-client';
export { UpstreamFailure } from './upstream-failure';
export type { Certainty, FailureFacts, FailureKind } from './upstream-failure';
