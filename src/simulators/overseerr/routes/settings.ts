import type { OpenEndpoint } from '../endpoint';
import { ok } from '../endpoint';

const status: OpenEndpoint = {
  method: 'GET',
  path: '/status',
  open: true,
  answer: ({ dialect: { version } }) =>
    ok({
      version,
      commitTag: '94a70bb5fc9a4486857071a6fc048c8081fa7ca9',
      updateAvailable: false,
      commitsBehind: 0,
      restartRequired: false,
    }),
};

const publicSettings: OpenEndpoint = {
  method: 'GET',
  path: '/settings/public',
  open: true,
  answer: ({ vapidPublic, dialect }) =>
    ok({
      initialized: true,
      applicationTitle: dialect.title,
      applicationUrl: '',
      hideAvailable: false,
      hideBlocklisted: false,
      localLogin: true,
      mediaServerLogin: true,
      jellyfinExternalHost: '',
      jellyfinForgotPasswordUrl: '',
      movie4kEnabled: false,
      series4kEnabled: false,
      discoverRegion: '',
      streamingRegion: '',
      originalLanguage: '',
      mediaServerType: 1,
      partialRequestsEnabled: true,
      enableSpecialEpisodes: false,
      cacheImages: false,
      vapidPublic,
      enablePushRegistration: false,
      locale: 'en',
      emailEnabled: false,
      userEmailRequired: false,
      newPlexLogin: true,
      youtubeUrl: '',
    }),
};

export const settingsEndpoints: OpenEndpoint[] = [status, publicSettings];
