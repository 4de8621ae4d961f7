import Foundation
import OrreryFiles
import Testing

/// A checkpoint that is damaged, and a disk that is full: one line, and what was there before is still there.
@Suite struct LostNothingTests {
    static let training = ["plan.json", "progress.json", "state.safetensors"]

    /// A run of 200 steps, killed after step 20, in `scratch("model")`; returns the bytes of the weights that it would
    /// have ended with.
    private func killedRun(_ scratch: Scratch) async throws -> Content {
        let text = try scratch.put(Example.text, at: "text.txt")
        func train(_ name: String) -> [String] {
            [
                "train", "--data", text, "--tokenizer", "char", "--out", scratch(name), "--steps", "200", "--batch",
                "4", "--checkpoint-every", "4", "--json",
            ] + Example.shape
        }
        _ = try await orrery(train("whole")).json()
        let command = try Command(train("model"))
        await command.send(SIGKILL, atStep: 20, of: scratch("model"))
        let outcome = try await command.outcome()
        try #require(outcome.signal == SIGKILL, "\(outcome.errors)")
        return try scratch.content("whole/model.safetensors")
    }

    enum Damage: String, CaseIterable { case truncated, flipped, empty, missing, text }

    @Test(arguments: training, Damage.allCases) func damagedCheckpoint(_ name: String, _ damage: Damage) async throws {
        let model = try await Self.unfinished.value, scratch = try Scratch()
        try scratch.copy(model("model"), as: "model")
        // The path of the text is in the plan.
        let file = "model/training/\(name)"
        var bytes = try scratch.content(file).bytes
        switch damage {
        case .truncated: bytes.removeLast(bytes.count / 3)
        case .flipped: bytes[bytes.count / 2] ^= 1
        case .empty: bytes = []
        case .missing: try FileManager.default.removeItem(atPath: scratch(file))
        case .text: bytes = Array("not a checkpoint\n".utf8)
        }
        if damage != .missing { try scratch.put(bytes, at: file) }
        let before = try scratch.files("model")
        let outcome = try await orrery(["train", "--resume", scratch("model"), "--json"])
        outcome.expectLine(status: 1, ["model/training"])
        #expect(try scratch.files("model") == before)
    }

    /// Killed once for all cases above.
    private static let unfinished = Task {
        let scratch = try Scratch()
        _ = try await LostNothingTests().killedRun(scratch)
        return scratch
    }

    @Test func changedData() async throws {
        let scratch = try Scratch()
        _ = try await killedRun(scratch)
        try scratch.put(Example.text.dropLast() + "!", at: "text.txt")
        let outcome = try await orrery(["train", "--resume", scratch("model"), "--json"])
        outcome.expectLine(status: 1, ["text.txt"])
    }

    /// A limit on the size of files: the model's fits, the checkpoint's fails in the middle of a write.
    @Test func noRoomForTheCheckpoint() async throws {
        let scratch = try Scratch(), expected = try await killedRun(scratch)
        let before = try scratch.files("model/training")
        let sizes = (model: expected.bytes.count, state: before["state.safetensors"]!.bytes.count)
        // sh counts in blocks of 512 bytes; some shells in 1024
        let blocks = sizes.model / 512 + 2
        try #require(sizes.state > blocks * 1024, "the checkpoint is no larger than the model: this test shows nothing")
        let outcome = try await orrery(
            ["train", "--resume", scratch("model"), "--checkpoint-every", "4", "--json"],
            prelude: "trap '' XFSZ; ulimit -f \(blocks)")
        outcome.expectLine(status: 1, ["training/state.safetensors", "cannot write"])
        #expect(try scratch.files("model/training") == before)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch("model")).filter { $0.contains("tmp") } == [])

        #expect(
            try await orrery(["train", "--resume", scratch("model"), "--checkpoint-every", "4", "--json"]).json()[
                "steps"] == 200)
        #expect(try scratch.content("model/model.safetensors") == expected)
    }

    /// No room for a single line more.
    @Test func noRoomForMetrics() async throws {
        let scratch = try Scratch(), expected = try await killedRun(scratch)
        let before = try scratch.files("model/training")
        let outcome = try await orrery(
            ["train", "--resume", scratch("model"), "--json"], prelude: "trap '' XFSZ; ulimit -f 6")
        outcome.expectLine(status: 1, ["model/metrics.jsonl", "cannot write"])
        #expect(try scratch.files("model/training") == before)
        #expect(try await orrery(["train", "--resume", scratch("model"), "--json"]).json()["steps"] == 200)
        #expect(try scratch.content("model/model.safetensors") == expected)
    }

    /// A file that cannot be written whole is not there, and what had its name stays.
    @Test func noRoomForLogits() async throws {
        let scratch = try Scratch()
        try scratch.copy(try await Example.model.value("model"), as: "model")
        try scratch.put("[\((1 ... 16).map { $0 })]", at: "ids.json")
        try scratch.put("mine", at: "out.safetensors")
        let before = try scratch.files("")
        for name in ["out.safetensors", "new.safetensors"] {
            try await orrery(
                [
                    "logits", scratch("model"), "--ids", scratch("ids.json"), "--out", scratch(name), "--overwrite",
                    "--json",
                ], prelude: "trap '' XFSZ; ulimit -f 1"
            )
            .expectLine(status: 1, [name])
        }
        #expect(try scratch.files("") == before)
    }

    /// A file system of its own that another file fills, where the user may mount one.
    @Test(.enabled(if: SmallDisk.isPossible, "only root can mount a tmpfs, and not in every container")) func fullDisk()
        async throws
    {
        let scratch = try Scratch(), expected = try await killedRun(scratch)
        let disk = try SmallDisk(scratch("disk"), kilobytes: 1024)
        defer { disk.unmount() }
        try scratch.copy(scratch("model"), as: "disk/model")
        let before = try scratch.files("disk/model/training")
        // Room for the model and the lines on the way, none for a second checkpoint.
        try disk.fill(leaving: before["state.safetensors"]!.bytes.count / 2)
        let resume = ["train", "--resume", scratch("disk/model"), "--checkpoint-every", "4", "--json"]
        try await orrery(resume).expectLine(
            status: 1, ["disk/model", "disk space", "free some, or choose another disk"])
        #expect(try scratch.files("disk/model/training") == before)

        try disk.fill(leaving: 0)
        try await orrery(resume).expectLine(status: 1, ["disk/model", "disk space"])
        #expect(try scratch.files("disk/model/training") == before)

        // A new run on a full disk leaves nothing that could be taken for one.
        try await orrery(
            [
                "train", "--data", scratch("text.txt"), "--tokenizer", "char", "--out", scratch("disk/new"), "--steps",
                "2", "--json",
            ] + Example.shape
        )
        .expectLine(status: 1, ["disk/new", "disk space"])
        #expect(try scratch.files("disk/new") == [:])

        try disk.empty()
        #expect(try await orrery(resume).json()["steps"] == 200)
        #expect(try scratch.content("disk/model/model.safetensors") == expected)
    }
}

/// A tmpfs of a given size.
struct SmallDisk {
    private let path: String

    init(_ path: String, kilobytes: Int) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try #require(Self.run("mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", path) == 0)
    }

    static let isPossible: Bool = {
        guard let path = (try? Scratch())?.path,
            (try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)) != nil
        else { return false }
        defer { try? FileManager.default.removeItem(atPath: path) }
        guard run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", path) == 0 else { return false }
        return run("umount", path) == 0
    }()

    /// Writes a file that leaves about so many bytes.
    func fill(leaving bytes: Int) throws {
        try empty()
        let free = try FreeSpace.bytes(at: path)
        try Data(count: max(0, free - bytes)).write(to: URL(fileURLWithPath: path + "/filler"))
    }

    func empty() throws {
        if FileManager.default.fileExists(atPath: path + "/filler") {
            try FileManager.default.removeItem(atPath: path + "/filler")
        }
    }

    func unmount() { _ = Self.run("umount", path) }

    private static func run(_ arguments: String...) -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return -1 }
        process.waitUntilExit()
        return process.terminationStatus
    }
}
