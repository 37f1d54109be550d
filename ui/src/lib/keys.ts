// What the keys do, wherever no field is typed in: for those who look it up.

export const KEYS: { keys: string; does: string }[] = [
  { keys: '/ or Ctrl+F', does: 'Search a patient by name, number or bed' },
  { keys: 'N', does: 'To the first alarm that nobody has; again, to the next' },
  { keys: 'W A C P H S', does: 'Ward, Alerts, Home (whom to call), Patient, Handover, Station' },
  { keys: 'Arrow keys', does: 'From tile to tile; in the trends to earlier and later' },
  { keys: '+ and −', does: 'A shorter or a longer range of the trends' },
  { keys: 'End', does: 'Trends and waves of now' },
  { keys: 'L', does: 'Look back' },
  { keys: 'Ctrl+L', does: 'Lock this station, where people sign in at it' },
  { keys: 'Escape', does: 'Close what is open, then back to the ward' },
  { keys: '?', does: 'These keys' },
];
