import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime, Node, Problem } from '../../mechanisms/graphql';

export const Role = { ADMIN: 'ADMIN', DECIDER: 'DECIDER', FRIEND: 'FRIEND' } as const;
export type Role = keyof typeof Role;

registerEnumType(Role, {
  name: 'Role',
  description: 'What an account is here.',
  valuesConfig: {
    ADMIN: { description: 'Runs this server.' },
    DECIDER: { description: 'Decides about the requests of others.' },
    FRIEND: { description: 'Asks for titles.' },
  },
});

@ObjectType({ implements: Node, description: 'Somebody who uses this server.', simpleResolvers: true })
export class Account extends Node {
  @Field(() => String, { description: 'For people.' })
  name!: string;

  @Field(() => Role, { description: 'What the account may do.' })
  role!: Role;
}

@ObjectType({ description: 'A signed-in client.', simpleResolvers: true })
export class Session {
  @Field(() => String, {
    description: 'Send it as `authorization: Bearer <accessToken>`; nothing else says who you are.',
  })
  accessToken!: string;

  @Field(() => DateTime, { description: 'When the token ends.' })
  expiresAt!: Date;

  @Field(() => Account, { description: 'Who is signed in.' })
  account!: Account;
}

@ObjectType({ description: 'What came of a sign-in.', simpleResolvers: true })
export class SignInPayload {
  @Field(() => Session, { nullable: true, description: 'Null beside a problem.' })
  session?: Session | null;

  @Field(() => [Problem], { description: 'Why there is no session.' })
  problems!: Problem[];
}
