import Foundation

#if canImport(Darwin)
import Darwin
#endif

/// What the system can give without swapping, files in its cache included, since it drops those when asked.
package enum AvailableMemory {
    /// Bytes; nil where the system does not say.
    package static var bytes: Int? {
        #if canImport(Darwin)
        var statistics = vm_statistics64(),
            count = mach_msg_type_number_t(MemoryLayout<vm_statistics64>.size / MemoryLayout<integer_t>.size)
        let status = withUnsafeMutablePointer(to: &statistics) {
            $0.withMemoryRebound(to: integer_t.self, capacity: Int(count)) {
                host_statistics64(mach_host_self(), HOST_VM_INFO64, $0, &count)
            }
        }
        guard status == KERN_SUCCESS else { return nil }
        return (Int(statistics.free_count) + Int(statistics.inactive_count) + Int(statistics.purgeable_count))
            * Int(getpagesize())
        #else
        let machine = meminfo(text("/proc/meminfo"))
        // A container may hold less than the machine (kernel.org, admin-guide/cgroup-v2: memory.max).
        let container = cgroup(
            maximum: text("/sys/fs/cgroup/memory.max"), current: text("/sys/fs/cgroup/memory.current"),
            statistics: text("/sys/fs/cgroup/memory.stat"))
        return [machine, container].compactMap { $0 }.min()
        #endif
    }

    /// `MemAvailable` of /proc/meminfo (proc(5)), in bytes.
    static func meminfo(_ text: String) -> Int? {
        field("MemAvailable:", of: text).flatMap { $0.multipliedReportingOverflow(by: 1024).overflow ? nil : $0 * 1024 }
    }

    /// What is left of a control group's limit, with the files that it could drop; nil without a limit.
    static func cgroup(maximum: String, current: String, statistics: String) -> Int? {
        guard let limit = Int(maximum.trimmingCharacters(in: .whitespacesAndNewlines)),
            let used = Int(current.trimmingCharacters(in: .whitespacesAndNewlines))
        else {
            return nil
        }
        let files = (field("inactive_file", of: statistics) ?? 0) + (field("active_file", of: statistics) ?? 0)
        return max(0, limit - max(0, used - files))
    }

    private static func field(_ name: String, of text: String) -> Int? {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count >= 2, words[0] == name { return Int(words[1]) }
        }
        return nil
    }

    private static func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}
