# find_package(socket_wrapper_noop CONFIG) gives the target socket_wrapper_noop::socket_wrapper_noop.
if(NOT TARGET socket_wrapper_noop::socket_wrapper_noop)
    add_library(socket_wrapper_noop::socket_wrapper_noop SHARED IMPORTED)
    set_target_properties(socket_wrapper_noop::socket_wrapper_noop PROPERTIES
        IMPORTED_LOCATION "${CMAKE_CURRENT_LIST_DIR}/libsocket_wrapper_noop.so"
        INTERFACE_INCLUDE_DIRECTORIES "${CMAKE_CURRENT_LIST_DIR}/include")
endif()
