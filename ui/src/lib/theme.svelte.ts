// Light or dark: what somebody chose, and until then what the system asks for.
import { keep, kept } from './kept';

class Theme {
  private chosen: string | null = $state(kept('light'));
  private asked = $state(false);

  get light(): boolean {
    return this.chosen === null ? this.asked : this.chosen === 'true';
  }

  /** Somebody chooses. */
  set light(light: boolean) {
    this.chosen = String(light);
    keep('light', this.chosen);
  }

  /** Hears what the system asks for from now on, also when it changes by the hour; gives what ends that. */
  follow(): () => void {
    const light = matchMedia('(prefers-color-scheme: light)');
    const look = () => (this.asked = light.matches);
    look();
    light.addEventListener('change', look);
    return () => light.removeEventListener('change', look);
  }
}

export const theme = new Theme();
