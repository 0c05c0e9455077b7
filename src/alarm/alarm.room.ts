import { Room } from '@greenroom/nestjs';
import { Alarm } from './alarm.contract.js';
import { alarmMachine, viewAlarm, type AlarmState } from './alarm.machine.js';

@Room(Alarm, { machine: alarmMachine, historyFor: 'all' })
export class AlarmRoom {
  view({ value, context }: { value: 'idle' | 'armed' | 'rang'; context: AlarmState }) {
    return viewAlarm(value, context);
  }
}
