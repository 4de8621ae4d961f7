import Foundation
import OrreryFiles

/// An event file as TensorBoard reads it: records of length, masked CRC-32C of the length, an Event message, masked
/// CRC-32C of it (tensorflow/core/lib/io/record_writer.h, core/util/event.proto, core/framework/summary.proto).
package final class TensorBoardFile {
    private let file: Descriptor

    package init(directory: String) throws {
        try Directory.createAll(directory)
        let now = Date().timeIntervalSince1970
        let name = "events.out.tfevents.\(Int(now)).orrery.\(ProcessInfo.processInfo.processIdentifier)"
        let free = (0...).lazy.map { Path.join(directory, "\(name).\($0)") }.first { FileStatus($0) == nil }!
        file = try Descriptor.creating(free)
        var event = ProtobufMessage()
        event.double(1, now)
        event.string(3, "brain.Event:2")
        try write(event)
    }

    package func scalars(_ values: [(tag: String, value: Double)], step: Int) throws {
        var summary = ProtobufMessage()
        for (tag, value) in values {
            var entry = ProtobufMessage()
            entry.string(1, tag)
            entry.float(2, Float(value))
            summary.message(1, entry)
        }
        var event = ProtobufMessage()
        event.double(1, Date().timeIntervalSince1970)
        event.varint(2, UInt64(step))
        event.message(5, summary)
        try write(event)
    }

    private func write(_ event: ProtobufMessage) throws {
        var record: [UInt8] = []
        func append(_ x: some FixedWidthInteger) { withUnsafeBytes(of: x.littleEndian) { record += Array($0) } }
        append(UInt64(event.bytes.count))
        append(maskedCRC32C(record))
        record += event.bytes
        append(maskedCRC32C(event.bytes))
        try record.withUnsafeBytes { try file.write($0) }
    }
}

/// The few wire types that events need (protobuf.dev/programming-guides/encoding).
private struct ProtobufMessage {
    var bytes: [UInt8] = []

    mutating func varint(_ field: UInt64, _ value: UInt64) {
        raw(field << 3)
        raw(value)
    }
    mutating func double(_ field: UInt64, _ value: Double) {
        raw(field << 3 | 1)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += Array($0) }
    }
    mutating func float(_ field: UInt64, _ value: Float) {
        raw(field << 3 | 5)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += Array($0) }
    }
    mutating func string(_ field: UInt64, _ value: String) { delimited(field, Array(value.utf8)) }
    mutating func message(_ field: UInt64, _ value: ProtobufMessage) { delimited(field, value.bytes) }

    private mutating func delimited(_ field: UInt64, _ content: [UInt8]) {
        raw(field << 3 | 2)
        raw(UInt64(content.count))
        bytes += content
    }
    private mutating func raw(_ value: UInt64) {
        var left = value
        while left >= 0x80 {
            bytes.append(UInt8(left & 0x7f) | 0x80)
            left >>= 7
        }
        bytes.append(UInt8(left))
    }
}

/// CRC-32C (Castagnoli), rotated and offset as the record format asks.
func maskedCRC32C(_ bytes: [UInt8]) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0 ..< 8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82f6_3b78 : crc >> 1 }
    }
    crc = ~crc
    return (crc >> 15 | crc << 17) &+ 0xa282_ead8
}
