import Foundation

/// A directory of its own for each test, removed with the value.
final class Scratch: Sendable {
    let path = NSTemporaryDirectory() + "orrery-server-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func callAsFunction(_ name: String) -> String { path + "/" + name }
}
