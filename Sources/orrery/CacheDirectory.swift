import Foundation

/// Where files go that can be made again.
enum CacheDirectory {
    /// `$XDG_CACHE_HOME/orrery`, or the platform's place for caches.
    static var path: String {
        if let cache = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return cache + "/orrery" }
        let caches = FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first
        return (caches?.path ?? NSTemporaryDirectory()) + "/orrery"
    }
}
