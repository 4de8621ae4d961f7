import Foundation

/// Where files go that can be made again.
enum CacheDirectory {
    /// `$XDG_CACHE_HOME/orrery`, or the platform's place for caches.
    static var path: String {
        if let cache = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"], cache.hasPrefix("/") {
            return cache + "/orrery"
        }
        let caches = FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first
        return (caches?.path ?? NSTemporaryDirectory()) + "/orrery"
    }
}

/// Where files go that a user would miss, and that are no documents: the history of what was typed.
package enum StateDirectory {
    static var path: String { path(ProcessInfo.processInfo.environment) }

    /// `$XDG_STATE_HOME/orrery`, or the platform's place in `$HOME` (XDG Base Directory Specification 0.8). The account's
    /// own home, which the password file names, counts only where the environment has none, as with a shell's `~`.
    package static func path(_ environment: [String: String]) -> String {
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/orrery" }
        let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? NSHomeDirectory()
        #if canImport(Darwin)
        return home + "/Library/Application Support/orrery"
        #else
        return home + "/.local/state/orrery"
        #endif
    }
}
