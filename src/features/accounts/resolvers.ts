import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { answering } from '../../mechanisms/graphql';
import type { OperationContext } from '../../server/context';
import { Account, SignInPayload } from './types';
import type { Session } from './types';

export interface AccountResolverParts {
  byId(id: string): Account | undefined;
  /** Uses the code up; throws what became of it. */
  signIn(code: string): Promise<Session>;
}

@Resolver()
export class AccountResolver {
  constructor(private readonly parts: AccountResolverParts) {}

  @Query(() => Account, { nullable: true, description: 'The account of your token.' })
  me(@Ctx() { viewer }: OperationContext): Account | null {
    const account = viewer && this.parts.byId(viewer.accountId);
    return account ? { ...account, role: viewer.role } : null;
  }

  @Mutation(() => SignInPayload, { description: 'Exchanges a one-time code for a token. A code works once.' })
  signIn(
    @Arg('code', () => String, { description: 'As the link that was printed at start has it.' }) code: string,
  ): Promise<SignInPayload> {
    return answering<SignInPayload>(async () => ({ session: await this.parts.signIn(code) }));
  }
}
