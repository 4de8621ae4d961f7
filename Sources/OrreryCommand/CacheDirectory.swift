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
enum StateDirectory {
    /// `$XDG_STATE_HOME/orrery`, or the platform's place (XDG Base Directory Specification 0.8).
    static var path: String {
        if let state = ProcessInfo.processInfo.environment["XDG_STATE_HOME"], state.hasPrefix("/") {
            return state + "/orrery"
        }
        #if canImport(Darwin)
        let support = FileManager.default.urls(for: .applicationSupportDirectory, in: .userDomainMask).first
        return (support?.path ?? NSHomeDirectory()) + "/orrery"
        #else
        return NSHomeDirectory() + "/.local/state/orrery"
        #endif
    }
}
