import Foundation
import OrreryTraining
import Testing

/// Event files, read back by a reader of the test's own.
@Suite struct TensorBoardTests {
    @Test func scalars() throws {
        let scratch = try Scratch()
        do {
            let file = try TensorBoardFile(directory: scratch("logs/run"))
            try file.scalars([("loss/train", 2.5), ("learning rate", 3e-4)], step: 1)
            try file.scalars([("loss/train", -1e30)], step: 300)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch("logs/run"))
        #expect(names.count == 1 && names[0].hasPrefix("events.out.tfevents."), "TensorBoard looks for this name")
        let events = try EventReader.read(scratch.bytes("logs/run/\(names[0])"))
        #expect(events.map(\.version) == ["brain.Event:2", nil, nil])
        #expect(events.map(\.step) == [nil, 1, 300])
        #expect(events.map(\.values) == [[:], ["loss/train": 2.5, "learning rate": 3e-4], ["loss/train": -1e30]])
        let now = Date().timeIntervalSince1970
        #expect(events.allSatisfy { abs($0.time - now) < 600 })
    }

    /// A resumed run writes a file of its own next to the first, even in the same second.
    @Test func twoFiles() throws {
        let scratch = try Scratch()
        _ = (try TensorBoardFile(directory: scratch("logs")), try TensorBoardFile(directory: scratch("logs")))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch("logs")).count == 2)
    }

    /// The check value of CRC-32C (RFC 3720, B.4: 32 bytes of zeros), which the reader below stands on.
    @Test func check() {
        #expect(EventReader.crc32c([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
        #expect(EventReader.crc32c([UInt8](repeating: 0xff, count: 32)) == 0x62a8_ab43)
        #expect(EventReader.crc32c(Array("123456789".utf8)) == 0xe306_9283)
    }

    /// What a whole run leaves.
    @Test func run() throws {
        let scratch = try Scratch()
        let run = TrainingRun(try Example.trainer(Example.tiny), directory: scratch("model"))
        run.writesTensorBoard = true
        let summary = try run.run()
        let name = try #require(FileManager.default.contentsOfDirectory(atPath: scratch("model/tensorboard")).first)
        let events = try EventReader.read(scratch.bytes("model/tensorboard/\(name)"))
        #expect(events.compactMap(\.step) == [1, 2, 3, 4, 5, 6, 6])
        #expect(events[6].values.keys.sorted() == ["gradient_norm", "learning_rate", "loss/train", "tokens_per_s"])
        #expect(events[6].values["loss/train"] == Float(try #require(summary.trainLoss)))
        #expect(events[7].values == ["loss/validation": Float(try #require(summary.validationLoss))])
    }
}

/// tensorflow/core/lib/io/record_writer.h and core/util/event.proto, from the reader's side. CRCs by division, bit by
/// bit from the top, of the reflected message: another way than the writer's.
private enum EventReader {
    struct Event {
        var time = 0.0
        var version: String?
        var step: UInt64?
        var values: [String: Float] = [:]
    }

    static func read(_ file: [UInt8]) throws -> [Event] {
        var events: [Event] = [], rest = file[...]
        while !rest.isEmpty {
            let length = Array(rest.prefix(8)), count = Int(number(length))
            rest = rest.dropFirst(8)
            try #require(masked(length) == UInt32(number(rest.prefix(4))), "the length's CRC")
            let data = Array(rest.dropFirst(4).prefix(count))
            try #require(data.count == count)
            try #require(masked(data) == UInt32(number(rest.dropFirst(4 + count).prefix(4))), "the event's CRC")
            rest = rest.dropFirst(8 + count)
            events.append(try event(data))
        }
        return events
    }

    private static func event(_ data: [UInt8]) throws -> Event {
        var event = Event()
        for field in try fields(data) {
            switch (field.number, field.content) {
            case (1, .fixed(let bytes)): event.time = Double(bitPattern: number(bytes))
            case (2, .varint(let step)): event.step = step
            case (3, .bytes(let bytes)): event.version = String(decoding: bytes, as: UTF8.self)
            case (5, .bytes(let summary)):
                for value in try fields(summary) {
                    guard case (1, .bytes(let bytes)) = (value.number, value.content) else { continue }
                    var tag = "", scalar: Float = .nan
                    for part in try fields(bytes) {
                        if case (1, .bytes(let name)) = (part.number, part.content) {
                            tag = String(decoding: name, as: UTF8.self)
                        }
                        if case (2, .fixed(let bytes)) = (part.number, part.content) {
                            scalar = Float(bitPattern: UInt32(number(bytes)))
                        }
                    }
                    event.values[tag] = scalar
                }
            default: Issue.record("field \(field.number) is not one of an event with scalars")
            }
        }
        return event
    }

    private enum Content { case varint(UInt64), fixed([UInt8]), bytes([UInt8]) }

    private static func fields(_ data: [UInt8]) throws -> [(number: UInt64, content: Content)] {
        var fields: [(UInt64, Content)] = [], rest = data[...]
        func varint() throws -> UInt64 {
            var value: UInt64 = 0, shift: UInt64 = 0
            while true {
                let next = rest.popFirst()
                let byte = try #require(next)
                value |= UInt64(byte & 0x7f) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
        }
        func take(_ count: Int) -> [UInt8] {
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        while !rest.isEmpty {
            let key = try varint()
            switch key & 7 {
            case 0: fields.append((key >> 3, .varint(try varint())))
            case 1: fields.append((key >> 3, .fixed(take(8))))
            case 2: fields.append((key >> 3, .bytes(take(Int(try varint())))))
            case 5: fields.append((key >> 3, .fixed(take(4))))
            default: Issue.record("wire type \(key & 7)")
            }
        }
        return fields
    }

    private static func number(_ bytes: some BidirectionalCollection<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func masked(_ bytes: [UInt8]) -> UInt32 {
        let crc = crc32c(bytes)
        return (crc >> 15 | crc << 17) &+ 0xa282_ead8
    }

    /// Remainder of the message, first bit first, by x^32 + 0x1EDC6F41.
    static func crc32c(_ bytes: [UInt8]) -> UInt32 {
        func reversed(_ x: UInt32) -> UInt32 {
            (0 ..< 32).reduce(0) { $0 | (x >> UInt32($1) & 1) << (31 - UInt32($1)) }
        }
        var remainder = ~UInt32(0)
        for byte in bytes {
            for bit in 0 ..< 8 {
                let top = remainder >> 31 ^ UInt32(byte >> UInt8(bit) & 1)
                remainder = remainder << 1 ^ (top == 1 ? 0x1edc_6f41 : 0)
            }
        }
        return ~reversed(remainder)
    }
}
