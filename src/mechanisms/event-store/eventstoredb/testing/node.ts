import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { handleClientStreamingCall, handleUnaryCall, Metadata, ServiceError } from '@grpc/grpc-js';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb';
import { ClusterInfo, EndPoint, MemberInfo } from '@eventstore/db-client/generated/gossip_pb';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb';
import { SupportedMethod, SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb';
import * as shared from '@eventstore/db-client/generated/shared_pb';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import type { AppendReq, AppendResp } from '@eventstore/db-client/generated/streams_pb';
import type { Append, Guard } from './batches';
import { serveBatches } from './batches';
import type { Gate } from './gate';
import { createGate } from './gate';
import type { Expected, Log, Outcome } from './log';
import { denied, leaderIsAt, notReady, streamNameOf, toAppendAnswer, tooBig, toProposed } from './messages';
import { read } from './reads';
import type { ReadCall } from './subscriptions';

export interface Certificate {
  key: string;
  cert: string;
}

export interface User {
  password: string;
  /** Others may append and read streams, but not read `$all`. */
  readsAll?: boolean;
}

/** What the nodes of one store have in common. */
export interface Store {
  log: Log;
  nodes: Node[];
  leader(): Node;
  /** With TLS: who may do what. */
  certificate?: Certificate;
  users?: Record<string, User>;
  /** Answers to come that are lost on the way; the appends are stored. */
  answersToLose: number;
  appends: number;
}

export interface Node {
  id: string;
  gate: Gate;
  alive: boolean;
  ready: boolean;
  stop(): void;
}

/** One node: the protocol on a port of its own, behind a gate that can break and freeze. */
export async function startNode(store: Store): Promise<Node> {
  const server = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
  const node: Node = {
    id: crypto.randomUUID(),
    gate: createGate(() => port),
    alive: true,
    ready: true,
    stop: () => server.forceShutdown(),
  };
  const guard = createGuard(store, node);
  const readStreams = (call: ReadCall) => {
    const refusal = guard(call.metadata, call.request.getOptions()?.hasAll());
    if (refusal) call.emit('error', refusal);
    else read(call, store.log);
  };
  const append: handleClientStreamingCall<AppendReq, AppendResp> = (call, answer) => {
    const messages: AppendReq[] = [];
    call.on('data', (message: AppendReq) => messages.push(message));
    call.on('end', () => {
      const refusal = guard(call.metadata);
      if (refusal) return answer(refusal);
      const { streamId, expected, events } = requestOf(messages);
      const outcome = take(store, streamId, { expected, events });
      if (outcome === 'lost') return;
      if (outcome.kind === 'too big') answer(tooBig());
      else answer(null, toAppendAnswer(outcome, expected));
    });
  };
  server.addService(StreamsService, {
    read: readStreams,
    append,
    batchAppend: serveBatches(guard, (streamId, append) => take(store, streamId, append)),
  });
  server.addService(GossipService, { read: gossip(store) });
  server.addService(ServerFeaturesService, { getSupportedMethods: features });
  const port = await bind(server, store.certificate);
  await node.gate.open();
  return node;
}

function requestOf([header, ...messages]: AppendReq[]) {
  const options = header!.getOptions()!;
  const events = messages.map((message) => toProposed(message.getProposedMessage()!));
  let expected: Expected = 'any';
  if (options.hasNoStream()) expected = 'no_stream';
  else if (options.hasStreamExists()) expected = 'stream_exists';
  else if (options.hasRevision()) expected = BigInt(options.getRevision());
  return { streamId: streamNameOf(options.getStreamIdentifier()), expected, events };
}

function take(store: Store, streamId: string, { expected, events }: Append): Outcome | 'lost' {
  store.appends++;
  const outcome = store.log.append(streamId, expected, events);
  if (store.answersToLose === 0) return outcome;
  store.answersToLose--;
  return 'lost';
}

function createGuard(store: Store, node: Node): Guard {
  return (metadata, readsAll = false) => {
    if (!node.ready) return notReady();
    const refusal = store.users && identify(store.users, metadata, readsAll);
    if (refusal) return refusal;
    const leader = store.leader();
    const asksLeader = metadata.get('requires-leader')[0] === 'true';
    return asksLeader && leader !== node ? leaderIsAt('127.0.0.1', leader.gate.port()) : undefined;
  };
}

function identify(users: Record<string, User>, metadata: Metadata, readsAll: boolean): ServiceError | undefined {
  const [, basic] = /^Basic (.+)$/.exec(String(metadata.get('authorization')[0] ?? '')) ?? [];
  if (basic === undefined) return denied(status.PERMISSION_DENIED);
  const [name = '', password] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  const user = users[name];
  if (!user || user.password !== password) return denied(status.UNAUTHENTICATED);
  return readsAll && !user.readsAll ? denied(status.PERMISSION_DENIED) : undefined;
}

/** Who is there, as every node tells it. */
function gossip(store: Store): handleUnaryCall<shared.Empty, ClusterInfo> {
  return (_, answer) => {
    const { LEADER, FOLLOWER } = MemberInfo.VNodeState;
    const members = store.nodes.map((node) =>
      new MemberInfo()
        .setInstanceId(new shared.UUID().setString(node.id))
        .setState(node === store.leader() ? LEADER : FOLLOWER)
        .setIsAlive(node.alive)
        .setHttpEndPoint(new EndPoint().setAddress('127.0.0.1').setPort(node.gate.port())),
    );
    answer(null, new ClusterInfo().setMembersList(members));
  };
}

const features: handleUnaryCall<shared.Empty, SupportedMethods> = (_, answer) => {
  const methods = Object.values(StreamsService).map(({ path }) => {
    const [, service = '', method = ''] = (path as string).split('/');
    return new SupportedMethod().setServiceName(service).setMethodName(method.toLowerCase());
  });
  answer(null, new SupportedMethods().setEventStoreServerVersion('23.10.6').setMethodsList(methods));
};

function bind(server: Server, certificate?: Certificate): Promise<number> {
  const credentials = certificate
    ? ServerCredentials.createSsl(null, [
        { private_key: Buffer.from(certificate.key), cert_chain: Buffer.from(certificate.cert) },
      ])
    : ServerCredentials.createInsecure();
  return new Promise((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', credentials, (error, port) => (error ? reject(error) : resolve(port))),
  );
}
