import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime } from '../../mechanisms/graphql';

export enum Fault {
  NONE = 'NONE',
  DOWN = 'DOWN',
  SLOW = 'SLOW',
  ERROR_500 = 'ERROR_500',
  COMMIT_THEN_DROP = 'COMMIT_THEN_DROP',
  WRONG_SHAPE = 'WRONG_SHAPE',
}
registerEnumType(Fault, {
  name: 'Fault',
  description: 'What a simulated service does.',
  valuesConfig: {
    NONE: { description: 'It works.' },
    DOWN: { description: 'It refuses connections.' },
    SLOW: { description: 'It waits before each answer.' },
    ERROR_500: { description: 'It answers every call with an error.' },
    COMMIT_THEN_DROP: { description: 'It does what a write says, then drops the connection without an answer.' },
    WRONG_SHAPE: { description: 'It answers something else than it should.' },
  },
});

@ObjectType({ description: 'A call that a simulated service received.', simpleResolvers: true })
export class DemoCall {
  @Field(() => DateTime, { description: 'When it came.' }) at!: Date;
  @Field(() => String, { description: 'Like POST.' }) method!: string;
  @Field(() => String, { description: 'With its query.' }) path!: string;
  @Field(() => Int, { description: 'What it answered, or would have answered had it not dropped the connection.' })
  status!: number;
}
