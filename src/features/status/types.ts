import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf, DateTime, Node, Position } from '../../mechanisms/graphql';

export enum ServiceStatus {
  UP = 'UP',
  DOWN = 'DOWN',
  DEGRADED = 'DEGRADED',
  PENDING = 'PENDING',
  MAINTENANCE = 'MAINTENANCE',
  PAUSED = 'PAUSED',
  UNKNOWN = 'UNKNOWN',
}
registerEnumType(ServiceStatus, {
  name: 'ServiceStatus',
  description: 'How a service is.',
  valuesConfig: {
    UP: { description: 'It answers.' },
    DOWN: { description: 'It does not.' },
    DEGRADED: { description: 'It answers, but not as it should.' },
    PENDING: { description: 'A check failed, and more of them will tell; or it was just switched on.' },
    MAINTENANCE: { description: 'Somebody works on it, as announced.' },
    PAUSED: { description: 'Its monitor is switched off.' },
    UNKNOWN: { description: 'Nobody can say: it was never checked, or the monitor is out of sight.' },
  },
});

export enum UptimeWindow {
  D1 = 'D1',
  D7 = 'D7',
  D30 = 'D30',
  D90 = 'D90',
}
registerEnumType(UptimeWindow, {
  name: 'UptimeWindow',
  description: 'How far back.',
  valuesConfig: {
    D1: { description: 'A day.' },
    D7: { description: 'A week.' },
    D30: { description: 'Thirty days.' },
    D90: { description: 'Ninety days.' },
  },
});

@ObjectType({ description: 'What the checks of a time found.', simpleResolvers: true })
export class ServiceUptime {
  @Field(() => Float, { nullable: true, description: 'Share of checks that found it up, 0 to 1; null: none counted.' })
  ratio!: number | null;
  @Field(() => Int, { description: 'How many were counted: all but those in maintenance.' }) checks!: number;
  @Field(() => Float, { nullable: true, description: 'Mean response time when it was up, in milliseconds.' })
  avgPingMs!: number | null;
}

@ObjectType({ implements: Node, description: 'A service that a monitor watches for us.', simpleResolvers: true })
export class Service extends Node {
  @Field(() => String, { description: 'As its monitor calls it.' }) name!: string;
  @Field(() => String, { nullable: true, description: 'What it is filed under there.' }) group!: string | null;
  @Field(() => ServiceStatus, { description: 'How it is.' }) status!: keyof typeof ServiceStatus;
  @Field(() => DateTime, {
    nullable: true,
    description: 'Since when it is so; with UNKNOWN, when it was last seen; null: it never was.',
  })
  since!: Date | null;
  @Field(() => String, { nullable: true, description: 'What the check said when it came into this status.' })
  message!: string | null;
}

@ObjectType({ description: 'How many services are how.', simpleResolvers: true })
export class ServiceSummary {
  @Field(() => Int, { description: 'Up.' }) up!: number;
  @Field(() => Int, { description: 'Down.' }) down!: number;
  @Field(() => Int, { description: 'Nobody can say.' }) unknown!: number;
  @Field(() => Int, { description: 'Degraded, pending, in maintenance or paused.' }) other!: number;
}

@ObjectType({ description: 'A page of services, by name.', simpleResolvers: true })
export class ServiceConnection extends connectionOf('Service', () => Service) {
  @Field(() => ServiceSummary, { description: 'Of all services, on whatever page.' }) summary!: ServiceSummary;
}

@ObjectType({ description: 'From which status into which.', simpleResolvers: true })
export class StatusChange {
  @Field(() => ServiceStatus, { description: 'Before.' }) from!: keyof typeof ServiceStatus;
  @Field(() => ServiceStatus, { description: 'Then.' }) to!: keyof typeof ServiceStatus;
  @Field(() => DateTime, { description: 'When.' }) at!: Date;
}

@ObjectType({ description: 'A change of a service.', simpleResolvers: true })
export class ServiceUpdate {
  @Field(() => Position, { description: 'Subscribe again with `after` this, and nothing is missed.' })
  position!: string;
  @Field(() => Service, { description: 'The service, at or after this position.' }) service!: Service;
  @Field(() => StatusChange, { description: 'What changed.' }) change!: StatusChange;
}
