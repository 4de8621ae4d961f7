import Foundation

/// A directory of its own for each test, removed with the value.
final class Scratch: Sendable {
    let path = NSTemporaryDirectory() + "orrery-command-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func callAsFunction(_ name: String) -> String { path + "/" + name }

    @discardableResult
    func put(_ text: String, at name: String) throws -> String { try put(Array(text.utf8), at: name) }

    @discardableResult
    func put(_ bytes: [UInt8], at name: String) throws -> String {
        let file = self(name)
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }

    func content(_ name: String) throws -> Content {
        Content(bytes: Array(try Data(contentsOf: URL(fileURLWithPath: self(name)))))
    }

    func copy(_ path: String, as name: String) throws {
        try FileManager.default.copyItem(atPath: path, toPath: self(name))
    }

    /// Every file under a directory, by its path there.
    func files(_ directory: String) throws -> [String: Content] {
        var files: [String: Content] = [:]
        for case let name as String in FileManager.default.enumerator(atPath: self(directory)) ?? .init() {
            var isDirectory: ObjCBool = false
            let path = "\(directory)/\(name)"
            if FileManager.default.fileExists(atPath: self(path), isDirectory: &isDirectory), !isDirectory.boolValue {
                files[name] = try content(path)
            }
        }
        return files
    }
}

/// What a file holds; a failed comparison shows no more than its size.
struct Content: Equatable, CustomStringConvertible {
    var bytes: [UInt8]
    var text: String { String(decoding: bytes, as: UTF8.self) }
    var description: String { "\(bytes.count) bytes" }
}
