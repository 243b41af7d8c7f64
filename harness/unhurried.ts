import type {LabSettings} from '#harness/lab-settings.ts';

/** Slower than elsewhere: on a busy machine no actor is to miss a deadline that it keeps otherwise, in the other world or in the field. */
export function unhurried(settings: LabSettings): LabSettings {
  return {
    ...settings,
    timeScale: Math.min(5, settings.timeScale),
    endpoint: {...settings.endpoint, connectTimeoutMs: 8000},
  };
}
