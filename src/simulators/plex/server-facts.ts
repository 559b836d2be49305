/** Who the simulated server is. */

export const VERSION = '1.43.2.10687-000000000';

export const identity = (machineIdentifier: string): object => ({
  MediaContainer: { size: 0, claimed: true, machineIdentifier, version: VERSION },
});

const CAN = [
  ...['allowCameraUpload', 'allowChannelAccess', 'allowMediaDeletion', 'allowSharing', 'allowSync', 'allowTuners'],
  ...['backgroundProcessing', 'certificate', 'companionProxy', 'eventStream', 'hubSearch', 'itemClusters'],
  ...['mediaProviders', 'multiuser', 'myPlex', 'myPlexSubscription', 'pluginHost', 'pushNotifications'],
  ...['readOnlyLibraries', 'sync', 'transcoderAudio', 'transcoderLyrics', 'transcoderPhoto', 'transcoderSubtitles'],
  ...['transcoderVideo', 'updater', 'voiceSearch'],
];

export const serverRoot = (machineIdentifier: string): object => ({
  MediaContainer: {
    ...{ size: 1, ...Object.fromEntries(CAN.map((name) => [name, true])), countryCode: 'gbr' },
    ...{ diagnostics: 'logs', friendlyName: 'Household', livetv: 0, machineIdentifier, musicAnalysis: 0 },
    ...{ myPlexMappingState: 'mapped', myPlexSigninState: 'ok', myPlexUsername: 'olga', offlineTranscode: 1 },
    ...{ platform: 'Linux', platformVersion: '6.1', streamingBrainABRVersion: 3, streamingBrainVersion: 2 },
    ...{ transcoderActiveVideoSessions: 0, transcoderVideoBitrates: '2000,4000', transcoderVideoQualities: '5,6' },
    ...{
      transcoderVideoResolutions: '720,1080',
      updatedAt: 1_720_000_072,
      version: VERSION,
      ownerFeatures: 'collections',
    },
    Directory: [{ count: 1, key: 'library', title: 'library' }],
  },
});
