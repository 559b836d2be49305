export type { ChangeFeed, FeedEntry, FeedItem } from './entry';
export { createItemLoader } from './item-loader';
export type { FeedWriter } from './feed-writer';
export { createFeedWriter } from './feed-writer';
export { feedTopic } from './feed-reader';
export { createChangeFeed } from './change-feed';
