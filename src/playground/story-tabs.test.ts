import { storyTabs } from './story-tabs';

const stories = {
  '10-watch': 'subscription Watch($after: Position) { requestUpdated(after: $after) { position } }',
  '2-ask': `# A film.
#
# It comes
# with popcorn.
# As: Ben
mutation Ask1($film: Int!) { requestMedia(film: $film) { ...Answer } }

# Break it.
mutation Ask2 { demoSetFault(fault: DOWN) { ...Short } }

# What an answer tells.
fragment Answer on Payload { request { ...Short } }

fragment Short on Request { id }

fragment Unused on Request { id }
# Variables: { "film": 603 }
`,
};
const everything = new Set(['requestMedia', 'requestUpdated', 'demoSetFault']);

describe('storyTabs', () => {
  it('makes a tab of each story, in the order of their numbers', () => {
    const steps = storyTabs(stories, everything).map(({ query }) => query.match(/(mutation|subscription) \w+/g));
    expect(steps).toEqual([['mutation Ask1', 'mutation Ask2'], ['subscription Watch']]);
  });

  it('keeps the comments above a step, each paragraph in one line, and the fragments it uses, whole', () => {
    const [ask] = storyTabs(stories, everything);
    expect(ask?.query).toBe(`# A film.
#
# It comes with popcorn.
mutation Ask1($film: Int!) { requestMedia(film: $film) { ...Answer } }

# Break it.
mutation Ask2 { demoSetFault(fault: DOWN) { ...Short } }

# What an answer tells.
fragment Answer on Payload { request { ...Short } }

fragment Short on Request { id }`);
  });

  it('takes the variables and who asks from the comments', () => {
    const [ask, watch] = storyTabs(stories, everything);
    expect(ask).toMatchObject({ person: 'Ben', variables: '{\n  "film": 603\n}' });
    expect(watch).toEqual({ query: stories['10-watch'], variables: '{}' });
  });

  it('leaves out steps, and stories, that this server cannot answer', () => {
    const [ask, ...others] = storyTabs(stories, new Set(['requestMedia']));
    expect(ask?.query).not.toContain('Ask2');
    expect(others).toEqual([]);
  });
});
