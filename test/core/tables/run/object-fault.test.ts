import { expect, it } from 'vitest';
import { faultLine, parseFault } from '#core/tables/run/object-fault.ts';

it('an object at fault is one line, whatever its name and its problem', () => {
  const fault = { uri: 's3://in/a "b"\n.csv', problem: 'pages\n"cannot" be read' };
  expect(faultLine(fault).split('\n')).toHaveLength(2);
  expect(parseFault(faultLine(fault))).toEqual(fault);
});
