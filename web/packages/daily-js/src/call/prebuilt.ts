import type { FrameLook } from '../line/wire'
import type {
  DailyCustomIntegrations,
  DailyCustomTrayButtons,
  DailyLanguageSetting,
  DailyThemeConfig,
  SidebarView,
} from '../types/settings'
import { Measures } from './measures'

/** The call's own page in a frame: how it looks. Without a frame these have nothing to act on. */
export abstract class Prebuilt extends Measures {
  #theme: DailyThemeConfig = { colors: {} }
  #localVideoShown = true
  #trayButtons: DailyCustomTrayButtons = {}
  #integrations: DailyCustomIntegrations = {}
  #activeSpeakerMode = false
  #participantsBar = true
  #sidebar: SidebarView = null

  abstract iframe(): HTMLIFrameElement | null
  protected abstract show(look: FrameLook): void

  theme(): DailyThemeConfig {
    return this.properties.theme ?? this.#theme
  }

  setTheme(theme: DailyThemeConfig): Promise<DailyThemeConfig> {
    this.#theme = theme
    this.properties = { ...this.properties, theme }
    this.show({ theme })
    this.emit('theme-updated', { theme })
    return Promise.resolve(theme)
  }

  showLocalVideo(): boolean {
    return this.#localVideoShown
  }

  setShowLocalVideo(show: boolean): this {
    this.#localVideoShown = show
    this.show({ localVideo: show })
    this.emit('show-local-video-changed', { show })
    return this
  }

  async requestFullscreen(): Promise<void> {
    const frame = this.iframe()
    if (!frame || document.fullscreenElement) return
    await frame.requestFullscreen()
    this.emit('fullscreen', {})
    document.addEventListener('fullscreenchange', () => this.emit('exited-fullscreen', {}), { once: true })
  }

  exitFullscreen(): void {
    if (document.fullscreenElement) void document.exitFullscreen()
  }

  getSidebarView(): Promise<SidebarView> {
    return Promise.resolve(this.#sidebar)
  }

  /** The page has one side view, its panel; any name but null opens it. */
  setSidebarView(view: SidebarView): this {
    this.#sidebar = view
    this.show({ panel: view !== null })
    this.emit('sidebar-view-changed', { view })
    return this
  }

  // What follows is kept and given back; the page has one look, one language and no such parts.

  getDailyLang(): Promise<{ lang: 'en'; langSetting: 'en' }> {
    return Promise.resolve({ lang: 'en', langSetting: 'en' })
  }

  setDailyLang(_lang: DailyLanguageSetting): this {
    this.emit('lang-updated', { lang: 'en', langSetting: 'en' })
    return this
  }

  customTrayButtons(): DailyCustomTrayButtons {
    return this.#trayButtons
  }

  updateCustomTrayButtons(buttons: DailyCustomTrayButtons): this {
    this.#trayButtons = buttons
    return this
  }

  customIntegrations(): DailyCustomIntegrations {
    return this.#integrations
  }

  setCustomIntegrations(integrations: DailyCustomIntegrations): this {
    this.#integrations = integrations
    return this
  }

  startCustomIntegrations(_id: string | string[]): this {
    return this
  }

  stopCustomIntegrations(_id: string | string[]): this {
    return this
  }

  activeSpeakerMode(): boolean {
    return this.#activeSpeakerMode
  }

  setActiveSpeakerMode(enabled: boolean): this {
    this.#activeSpeakerMode = enabled
    this.emit('active-speaker-mode-change', { enabled })
    return this
  }

  showParticipantsBar(): boolean {
    return this.#participantsBar
  }

  setShowParticipantsBar(show: boolean): this {
    this.#participantsBar = show
    return this
  }

  setShowNamesMode(_mode: false | 'always' | 'never'): this {
    return this
  }

  setPlayNewParticipantSound(_sound: boolean | number): void {
    return
  }

  loadCss(_properties: { bodyClass?: string; cssFile?: string; cssText?: string }): this {
    return this
  }
}
